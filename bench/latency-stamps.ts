// What the latency bench plays, and when each of its events and windows was where, as the local services were called.
import type { Answer, Call } from '../local/services/hooks.ts';
import type { Unpacked } from '../shared/event/unpack.ts';

/** By file of a pipeline's folder: clicks by page, counted second by second. */
export const PIPELINE: Readonly<Record<string, string>> = {
  'schemas/click.v1.json': JSON.stringify({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      page: { type: 'string', 'x-key': true },
      ts: { type: 'string', format: 'date-time', 'x-time': true },
    },
    required: ['page', 'ts'],
    additionalProperties: false,
  }),
  'tables.sql': `CREATE TABLE clicks (page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601', 'millrace.type' = 'click.v1');
CREATE TABLE per_second (page STRING, window_start TIMESTAMP(3), window_end TIMESTAMP(3), clicks BIGINT,
  PRIMARY KEY (page, window_start) NOT ENFORCED) WITH ('connector' = 'dynamodb');
`,
  'queries/per_second.sql': `INSERT INTO per_second
SELECT page, window_start, window_end, COUNT(*) AS clicks
FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '1' SECOND))
GROUP BY page, window_start, window_end;
`,
};

/** A call of the local services that went well, and when it was answered. */
export type Stamp = { readonly at: number; readonly call: Call; readonly answer: Answer };

type Put = {
  readonly StreamName?: string;
  readonly TableName?: string;
  readonly Item?: Readonly<Record<string, { readonly S?: string }>>;
  readonly Records?: readonly { readonly Data: string; readonly PartitionKey: string }[];
};
type Event = { readonly id?: string; readonly type?: string; readonly data?: { readonly window_end?: string } };

export type Stamps = {
  /** By the event's id: when it stood on the stream. */
  readonly validated: ReadonlyMap<string, number>;
  readonly enriched: ReadonlyMap<string, number>;
  /** When a ledger entry held the event. */
  readonly entryOf: (id: string) => number | undefined;
  /** When the last of a window's first finals stood on `refined` and in the table. `end` in ms since the epoch. */
  readonly windows: readonly { readonly end: number; readonly refined?: number; readonly table?: number }[];
};

const instant = (sql: string): number => Date.parse(`${sql.replace(' ', 'T')}Z`);

export const stampsOf = (stamps: readonly Stamp[], unpack: (data: Uint8Array, key: string) => Unpacked): Stamps => {
  const validated = new Map<string, number>();
  const enriched = new Map<string, number>();
  /** Of an event on `enriched`: its record's sequence number. */
  const place = new Map<string, string>();
  const entries: { readonly at: number; readonly through: string }[] = [];
  const windows = new Map<number, { end: number; refined?: number; table?: number }>();
  const windowOf = (end: string) => {
    const found = windows.get(instant(end)) ?? { end: instant(end) };
    windows.set(found.end, found);
    return found;
  };
  const eventsIn = ({ Data, PartitionKey }: NonNullable<Put['Records']>[number]): readonly Event[] => {
    const unpacked = unpack(Buffer.from(Data, 'base64'), PartitionKey);
    return unpacked.ok
      ? unpacked.records.flatMap(({ bytes }) =>
          bytes[0] === 0x7b ? [JSON.parse(Buffer.from(bytes).toString()) as Event] : [],
        )
      : [];
  };
  for (const { at, call, answer } of stamps) {
    const body = call.body as Put;
    if (call.operation === 'PutRecords') {
      const seqs = (answer.json() as { readonly Records: readonly { readonly SequenceNumber?: string }[] }).Records;
      const stream = body.StreamName?.split('-').at(-1);
      if (stream === 'raw') continue;
      for (const [i, record] of (body.Records ?? []).entries())
        for (const event of eventsIn(record)) {
          if (stream === 'refined' && event.data?.window_end) windowOf(event.data.window_end).refined ??= at;
          if (stream === 'validated' && event.id) validated.set(event.id, validated.get(event.id) ?? at);
          if (stream === 'enriched' && event.id) {
            enriched.set(event.id, enriched.get(event.id) ?? at);
            place.set(event.id, place.get(event.id) ?? seqs[i]?.SequenceNumber ?? '');
          }
        }
    } else if (
      call.operation === 'PutItem' &&
      body.TableName?.endsWith('-ledger') &&
      body.Item?.sk?.S?.startsWith('e#')
    ) {
      if (call.caller.startsWith('aggregate#')) entries.push({ at, through: body.Item.through?.S ?? '' });
    } else if (body.TableName?.endsWith('-results') && body.Item) {
      const end = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}/g;
      const found = JSON.stringify(body.Item).match(end)?.toSorted().at(-1);
      if (found !== undefined) windowOf(found).table ??= at;
    }
  }
  return {
    validated,
    enriched,
    entryOf: (id) => {
      const seq = place.get(id);
      return seq === undefined ? undefined : entries.find((e) => e.through >= seq)?.at;
    },
    windows: [...windows.values()],
  };
};
