// Rows to an EventBridge event bus.
import { eventsCalls } from '#aws/eventbridge';
import type { Destination, RowOutcome, SinkRow } from '../steps/sink/destination.ts';
import { STORED } from '../steps/sink/destination.ts';
import type { Calls, EventsApi } from './calls.ts';
import { DESTINATION, refusing } from './destination-errors.ts';

/** Ten entries, 256 KiB with source, detail type and time. */
const MOST = { rows: 10, bytes: 200 * 1024 };
/** Error codes of entries that will never pass. @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html */
const FINAL = new Set(['MalformedDetail', 'InvalidArgument', 'RedactionFailure']);

export type EventBusOptions = {
  readonly bus: string;
  /** `source` of the events, which rules match. */
  readonly source: string;
  readonly calls?: Calls<EventsApi>;
};

/** `detail`: metadata (id, revision, key, deleted, early) and data (the row; null when it must go). */
const detailOf = (r: SinkRow): string => {
  const metadata = JSON.stringify({
    id: r.id,
    revision: r.version,
    key: r.key,
    query: r.source,
    ...(r.row === null && { deleted: true }),
    ...(r.early && { early: true }),
    ...(r.traceparent !== undefined && { traceparent: r.traceparent }),
  });
  return `{"metadata":${metadata},"data":${r.row ?? 'null'}}`;
};

export const eventBus = ({ bus, source, calls = eventsCalls() }: EventBusOptions): Destination => ({
  name: `the event bus ${bus}`,
  most: MOST,
  atOnce: 1,
  write: (rows) =>
    refusing(`PutEvents ${bus}`, DESTINATION, async () => {
      const { Entries } = await calls('PutEvents', {
        Entries: rows.map((r) => ({
          EventBusName: bus,
          Source: source,
          DetailType: r.table,
          Detail: detailOf(r),
          ...(r.time !== '' && { Time: new Date(r.time) }),
        })),
      });
      return rows.map((_, i): RowOutcome => {
        const entry = Entries?.[i];
        if (entry?.EventId) return STORED;
        const cause = `${entry?.ErrorCode ?? 'no answer for it'}${entry?.ErrorMessage ? `: ${entry.ErrorMessage}` : ''}`;
        if (entry?.ErrorCode !== undefined && FINAL.has(entry.ErrorCode))
          return { kind: 'reject', rule: 'destination.refused', cause };
        return { kind: 'retry', cause };
      });
    }),
});
