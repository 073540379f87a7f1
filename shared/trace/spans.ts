// Spans by the OpenTelemetry API. Without a registered provider every span is a non-recording one, and costs next to nothing: register
// one in a layer (docs/tracing.md) and each invocation is a span.
import {
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { Batch } from '../trigger/batch.ts';
import { tracesOf } from './links.ts';
import { formatTraceparent, type Incoming, parseTraceparent, type TraceContext } from './traceparent.ts';

const contextOf = ({ traceId, spanId, flags }: TraceContext): SpanContext => ({
  traceId,
  spanId,
  traceFlags: flags,
  isRemote: true,
});

/** Asked for each span: a provider may be registered after this module was loaded. */
const tracer = () => trace.getTracer('millrace');

const failed = (span: Span, error: unknown): void => {
  if (error instanceof Error) span.recordException(error);
  span.setStatus({ code: SpanStatusCode.ERROR });
};

/**
 * The span of a batch, with a link to the span of each event's producer.
 * @param fn the function's name
 */
export const spanOfBatch = (fn: string, batch: Batch) => {
  const span = tracer().startSpan(`process ${batch.stream}`, { kind: SpanKind.CONSUMER }, ROOT_CONTEXT);
  if (span.isRecording()) {
    span.setAttributes({
      'faas.name': fn,
      'messaging.system': 'aws_kinesis',
      'messaging.operation.type': 'process',
      'messaging.destination.name': batch.stream,
      'messaging.destination.partition.id': batch.shard,
      'messaging.batch.message_count': batch.records.length,
    });
    span.addLinks(tracesOf(batch).map((t): Link => ({ context: contextOf(t) })));
  }
  return {
    /** @param error what stopped the batch */
    end(error?: unknown): void {
      if (error !== undefined) failed(span, error);
      span.end();
    },
  };
};

/** The span of a request or a scheduled run. */
export const spanOf = (name: string, kind: 'server' | 'internal', incoming?: Incoming) => {
  const parent = incoming === undefined ? undefined : parseTraceparent(incoming.parent);
  const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, contextOf(parent));
  const span = tracer().startSpan(name, { kind: kind === 'server' ? SpanKind.SERVER : SpanKind.INTERNAL }, context);
  return {
    /** What its events carry on: this span, or what came when none is recorded. */
    outgoing(): Incoming | undefined {
      if (!span.isRecording()) return incoming;
      const { traceId, spanId, traceFlags } = span.spanContext();
      const parent = formatTraceparent({ traceId, spanId, flags: traceFlags });
      return { parent, ...(incoming?.state !== undefined && { state: incoming.state }) };
    },
    set(name: string, value: string | number): void {
      span.setAttribute(name, value);
    },
    end(error?: unknown): void {
      if (error !== undefined) failed(span, error);
      span.end();
    },
  };
};
