// Out to a Kinesis stream: one KPL aggregate for each open shard, so that a lane is a shard. Any KPL de-aggregator reads them.
// Under a hash key of the shard's own range; inner records have the events' own keys (protocol, section 14, "Aggregates").
import { asFault } from '../faults.ts';
import { MAX_INDEX } from '../lanes/position.ts';
import type { PutOutcome, Stream } from '../ports.ts';
import { MAX_PARTITION_KEY, MAX_PUT_BYTES, MAX_PUT_RECORDS, MAX_RECORD_BYTES } from '../put-limits.ts';
import { parcelsOf } from '../steps/ingest/parcels.ts';
import { predictionOf } from '../steps/ingest/prediction.ts';
import type { Outgoing } from './outgoing.ts';
import type { Fate, Load, Sent, Transport } from './transport.ts';

export type StreamOptions = {
  /** Off: each event is a record of its own, and its key chooses the shard. Order of a key then holds across a reshard too. */
  readonly aggregate?: boolean;
  /** Of one aggregate at most, 1 MiB. A reader takes or refuses an aggregate whole. */
  readonly aggregateBytes?: number;
};

/** Of an aggregate: frame and outer key. Of an event in it: tags, lengths and indexes. */
const FRAME = 32;
const TAGS = 24;

/** What the producer needs of a stream; shared/aws and shared/memory both have it. */
export type PutStream = Pick<Stream, 'put' | 'shards'>;

const THROTTLED = /Throughput|Throttl|LimitExceeded/i;

const fateOf = (outcome: PutOutcome | undefined): Fate => {
  if (outcome?.ok === true) return { kind: 'stored', shard: outcome.shard, seq: outcome.seq };
  const { code, message } = outcome ?? { code: 'NoOutcome', message: 'the stream left it out of its answer' };
  const rule = THROTTLED.test(code) ? 'stream.throttled' : 'stream.unavailable';
  return {
    kind: 'again',
    rule,
    reason: message === '' ? code : `${code}: ${message}`,
    unknown: outcome === undefined,
  };
};

const lost = (error: unknown): Fate => {
  const { code, message } = asFault('stream.unavailable', error);
  return { kind: 'again', rule: code, reason: message, unknown: code !== 'stream.throttled' };
};

/** An event's key where records stand alone: Kinesis takes 256 characters. */
const shortKey = (key: string): string => key.slice(0, MAX_PARTITION_KEY);

export const toStream = (stream: PutStream, options: StreamOptions = {}): Transport => {
  const { aggregate = true, aggregateBytes = MAX_RECORD_BYTES } = options;
  /** The first hash key of each shard. */
  let starts = new Map<string, string>();

  const recordOf = ({ lane, events }: Load) => {
    if (!aggregate) {
      const { key, bytes } = events[0] as Outgoing;
      return { partitionKey: shortKey(key), data: bytes };
    }
    const [parcel, ...more] = parcelsOf(events, [...events.keys()], starts.get(lane) as string);
    if (parcel === undefined || more.length > 0) throw new Error('a load is one aggregate');
    return parcel.record;
  };

  return {
    load: aggregate
      ? { events: MAX_INDEX, bytes: Math.min(aggregateBytes, MAX_RECORD_BYTES) - FRAME }
      : { events: 1, bytes: MAX_RECORD_BYTES },
    call: { lanes: MAX_PUT_RECORDS, bytes: MAX_PUT_BYTES - MAX_PUT_RECORDS * FRAME },
    weigh: ({ key, bytes }) => bytes.length + Buffer.byteLength(key) + TAGS,
    async lanes() {
      if (!aggregate) return shortKey;
      const shards = await stream.shards();
      const { shardOf } = predictionOf(shards);
      starts = new Map(shards.map((s) => [s.id, s.startHash]));
      return (key) => shardOf(key).id;
    },
    async send(loads): Promise<Sent> {
      let outcomes: readonly PutOutcome[];
      try {
        outcomes = await stream.put(loads.map(recordOf));
      } catch (error) {
        return { fates: loads.map(({ events }) => events.map(() => lost(error))) };
      }
      const moved =
        aggregate &&
        loads.some(({ lane }, i) => {
          const outcome = outcomes[i];
          return outcome?.ok === true && outcome.shard !== lane;
        });
      return {
        fates: loads.map(({ events }, i) => {
          const fate = fateOf(outcomes[i]);
          return events.map(() => fate);
        }),
        moved,
      };
    },
  };
};

export type KinesisOptions = StreamOptions & {
  /** Its name. Region, credentials and endpoint are those of the environment, as for any AWS SDK. */
  readonly stream: string;
};

/** The SDK is loaded with the first event: who sends by HTTP alone never loads it. */
export const toKinesis = ({ stream, ...options }: KinesisOptions): Transport => {
  let opened: Promise<Stream> | undefined;
  const open = (): Promise<Stream> => {
    opened ??= import('../aws/sdk/producer-stream.ts').then(({ producerStream }) => producerStream(stream));
    return opened;
  };
  return toStream(
    {
      put: async (records) => (await open()).put(records),
      shards: async () => (await open()).shards(),
    },
    options,
  );
};
