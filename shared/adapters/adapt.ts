// The user records of one raw record -> its events, by the adapters of sources.yml.
import type { Json } from '../event/cloud-event.ts';
import { isGzip } from '../event/gzip.ts';
import { type ParsedJson, parseJson } from '../event/json.ts';
import { MAX_UNPACKED_BYTES, MAX_UNPACKED_EVENTS } from '../event/limits.ts';
import { isObject } from '../event/path.ts';
import { shownValue } from '../event/reject.ts';
import type { ToEvent } from '../event/to-event.ts';
import type { UserRecord } from '../event/unpack.ts';
import { readFrame } from '../framings/frame.ts';
import type { Open, Opened } from '../framings/frames.ts';
import type { Source } from '../pipeline.ts';
import type { EpochMs } from '../time.ts';
import { type Adapted, type Adapter, type AdapterInput, holding, type Part } from './adapter.ts';
import { agent } from './agent.ts';
import { cloudwatchLogs } from './cloudwatch-logs.ts';
import { debezium } from './debezium.ts';
import { dms } from './dms.ts';
import { dynamodb } from './dynamodb.ts';
import { eventbridge } from './eventbridge.ts';
import { iot } from './iot.ts';
import { made, onlyType, refused, sourceUri } from './parts.ts';
import { sns } from './sns.ts';
import { sqs } from './sqs.ts';

/** Sources of events that need none: HTTP and SDK producers send CloudEvents, or plain events in their wrapper; `ingest` makes CloudEvents of webhooks. */
const BY_NAME: Readonly<Record<Source['adapter'], Adapter | null>> = {
  http: null,
  plain: null,
  agent,
  'cloudwatch-logs': cloudwatchLogs,
  iot,
  dms,
  debezium,
  dynamodb,
  eventbridge,
  sns,
  sqs,
  webhook: null,
};

/** A user record as validate judges it. `index` counts over all events of the raw record. */
export type Adopted = {
  readonly user: UserRecord;
  /** The source whose adapter read it; absent: no adapter did. */
  readonly from?: Source;
  /** The adapter's verdict, where it found no event. */
  readonly refused?: Extract<ToEvent, { kind: 'reject' }>;
};

export type AdoptedRecord =
  | { readonly ok: true; readonly events: readonly Adopted[] }
  | { readonly ok: false; readonly rule: 'body.gzip-bomb'; readonly cause: string };

/** @param open what framed values say; without it each of them counts as one event that cannot be read */
export type Adapt = (records: readonly UserRecord[], arrival: EpochMs, open?: Open) => AdoptedRecord;

const maybeEvent = holding('"specversion"', '"plain"');
/** How most producers, and `ingest`, begin an event; on one line it cannot be several. Saves a look for each adapter. */
const BEGINNINGS = ['{"specversion":', '{"plain":1,"type":'].map((text) => Buffer.from(text));
const isPlainlyEvent = (bytes: Buffer): boolean =>
  BEGINNINGS.some((b) => b.equals(bytes.subarray(0, b.length))) && !bytes.includes(0x0a);

/** An event as it should be, whoever sent it: no adapter takes it. */
const isEvent = (value: Json): boolean =>
  isObject(value) && (value.specversion !== undefined || (value.plain === 1 && value.type !== undefined));

type Ready = { readonly source: Source; readonly adapter: Adapter | null };

const unopened: Open = (source, bytes) =>
  source.framing === undefined || readFrame(source.framing.kind, bytes).kind === 'none'
    ? undefined
    : { rule: 'framing.unknown-schema', cause: 'no registry was asked' };

/** What a framed value holds: an event as it is, what the source's adapter makes of it, else the data of an event of the source's type. */
const readFramed = ({ source, adapter }: Ready, opened: Opened, user: UserRecord, arrival: EpochMs): Adapted => {
  const one = (part: Part): Adapted => ({ kind: 'parts', parts: [part] });
  if ('rule' in opened) return one(refused(user.bytes, opened.rule, opened.cause));
  const input = inputOf({ ...user, bytes: opened.bytes }, arrival);
  const parsed = input.json();
  if (!parsed.ok) return one(refused(user.bytes, 'framing.corrupt', parsed.cause));
  if (isEvent(parsed.value)) return one({ kind: 'event', bytes: opened.bytes });
  if (adapter !== null) {
    const adapted = guarded(adapter, input, source);
    if (adapted.kind !== 'not-mine') return adapted;
    return one(refused(user.bytes, 'event.not-an-event', `the value is no record of ${source.adapter}`));
  }
  return one(made({ type: onlyType(source), source: sourceUri('framed', source.name), data: parsed.value }));
};

const inputOf = ({ bytes, partitionKey }: UserRecord, arrival: EpochMs): AdapterInput => {
  let parsed: ParsedJson | undefined;
  return {
    bytes,
    partitionKey,
    arrival,
    json: () => {
      parsed ??= parseJson(bytes);
      return parsed;
    },
  };
};

/** An adapter that throws is a bug of ours: the record leaves alone, and its neighbours pass. */
const guarded = (adapter: Adapter, input: AdapterInput, source: Source): Adapted => {
  try {
    return adapter.adapt(input, source);
  } catch (error) {
    const cause = `the adapter ${source.adapter} failed: ${error instanceof Error ? error.message : String(error)}`;
    return { kind: 'parts', parts: [refused(input.bytes, 'adapter.threw', cause)] };
  }
};

/** The first source of the file whose partition key and shape fit. */
const read = (sources: readonly Ready[], user: UserRecord, arrival: EpochMs, open: Open) => {
  const { bytes, partitionKey } = user;
  if (bytes.length === 0 || isGzip(bytes)) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (isPlainlyEvent(text)) return undefined;
  const input = inputOf(user, arrival);
  for (const ready of sources) {
    const { source, adapter } = ready;
    if (source.prefix !== undefined && !partitionKey.startsWith(source.prefix)) continue;
    const opened = source.framing === undefined ? undefined : open(source, bytes);
    if (opened !== undefined) return { source, adapted: readFramed(ready, opened, user, arrival) };
    if (adapter === null) continue;
    if (!adapter.maybe(text)) continue;
    if (maybeEvent(text)) {
      const parsed = input.json();
      if (parsed.ok && isEvent(parsed.value)) return undefined;
    }
    const adapted = guarded(adapter, input, source);
    if (adapted.kind !== 'not-mine') return { source, adapted };
  }
  return undefined;
};

const refusalOf = (part: Extract<Part, { kind: 'reject' }>): Extract<ToEvent, { kind: 'reject' }> => {
  const { rule, field, cause } = part;
  const value = shownValue(part.value);
  return {
    kind: 'reject',
    rule,
    ...(field === undefined ? {} : { field }),
    ...(value === undefined ? {} : { value }),
    cause,
  };
};

/**
 * null when no source has an adapter: nothing is to be done then. A record that no source takes stays as it came. Pure: indexes
 * depend on the bytes, the partition keys and the sources alone. A record that gives more than 20,000 events or 8 MiB of them is
 * refused whole, as one that unpacks to more.
 */
export const adaptBy = (sources: readonly Source[]): Adapt | null => {
  const ready = sources.flatMap((source): readonly Ready[] => {
    const adapter = BY_NAME[source.adapter];
    return adapter === null && source.framing === undefined ? [] : [{ source, adapter }];
  });
  if (ready.length === 0) return null;
  return (records, arrival, open = unopened) => {
    const events: Adopted[] = [];
    let room = MAX_UNPACKED_BYTES;
    for (const user of records) {
      const found = read(ready, user, arrival, open);
      if (found === undefined) events.push({ user: { ...user, index: events.length } });
      else if (found.adapted.kind === 'parts') {
        for (const part of found.adapted.parts) {
          const { explicitHashKey: _, ...rest } = user;
          const base = part.kind === 'event' && part.key !== undefined ? { ...rest, partitionKey: part.key } : user;
          const adopted = { user: { ...base, index: events.length, bytes: part.bytes }, from: found.source };
          events.push(part.kind === 'event' ? adopted : { ...adopted, refused: refusalOf(part) });
          room -= part.bytes.length;
        }
      }
      if (events.length > MAX_UNPACKED_EVENTS || room < 0) {
        const most = `${MAX_UNPACKED_EVENTS} events or ${MAX_UNPACKED_BYTES} bytes`;
        return { ok: false, rule: 'body.gzip-bomb', cause: `the record gives more than ${most} of events` };
      }
    }
    return { ok: true, events };
  };
};
