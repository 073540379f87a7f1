// The traces that a batch belongs to. Read only when a span is recorded: without a provider no record is looked at.
import { unpackRecord } from '../event/unpack.ts';
import { unpackInner } from '../lanes/block.ts';
import { membersOf, textUnder } from '../steps/enrich/members.ts';
import type { Batch } from '../trigger/batch.ts';
import { parseTraceparent, type TraceContext } from './traceparent.ts';

/** What most back ends keep of one span. */
const MOST = 100;
const NAME = Buffer.from('"traceparent"');

const eventsOf = (data: Uint8Array, partitionKey: string): readonly Uint8Array[] => {
  const inner = unpackInner(data);
  if (inner.ok) return inner.items.flatMap((item) => (item.kind === 'event' ? [item.bytes] : []));
  const outer = unpackRecord(data, partitionKey);
  return outer.ok ? outer.records.map((r) => r.bytes) : [];
};

/** Each span once, in the order of the batch, at most 100. */
export const tracesOf = ({ records }: Batch): readonly TraceContext[] => {
  const found = new Map<string, TraceContext>();
  for (const { data, partitionKey } of records) {
    if (data.length === 0) continue;
    for (const bytes of eventsOf(data, partitionKey)) {
      if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(NAME) < 0) continue;
      const text = textUnder(bytes, membersOf(bytes)?.get('traceparent'));
      const context = text === undefined ? undefined : parseTraceparent(text);
      if (context !== undefined) found.set(context.spanId, context);
      if (found.size === MOST) return [...found.values()];
    }
  }
  return [...found.values()];
};
