// Events -> raw: one KPL aggregate for each open shard, in order within a shard, sent again until stored or out of time.
import { asFault, type Fault } from '../../faults.ts';
import type { PutOutcome, Stream } from '../../ports.ts';
import { MAX_PUT_BYTES, MAX_PUT_RECORDS, recordBytes } from '../../put-limits.ts';
import type { Ms } from '../../time.ts';
import { fits, type Outgoing, type Parcel, parcelsOfAll } from './parcels.ts';
import { inTime, type Patience } from './patience.ts';
import { predictor } from './prediction.ts';

/** What became of one event: its place on the stream, or why it is not there. */
export type Fate =
  | { readonly kind: 'stored'; readonly shard: string; readonly seq: string; readonly index: number }
  | { readonly kind: 'too-large'; readonly bytes: number }
  /** The stream refused it for now: it is not stored. */
  | { readonly kind: 'throttled'; readonly cause: string }
  /** The stream failed. `unknown`: an answer was lost, so it may be stored; sent again, it may be there twice. */
  | { readonly kind: 'unavailable'; readonly cause: string; readonly unknown: boolean };

/** Parcels of one shard: the next goes only after the one before was acknowledged. `why` the one at the head is still here. */
type Chain = { readonly shard: string; readonly parcels: readonly Parcel[]; next: number; why: Fate | null };

/** One parcel of each chain, as many as one put takes; those left out come first the next time. */
const turnOf = (waiting: readonly Chain[]): readonly Chain[] => {
  const turn: Chain[] = [];
  let bytes = 0;
  for (const chain of waiting) {
    const size = recordBytes((chain.parcels[chain.next] as Parcel).record);
    if (turn.length === MAX_PUT_RECORDS || bytes + size > MAX_PUT_BYTES) break;
    turn.push(chain);
    bytes += size;
  }
  return turn;
};

const THROTTLED = /Throughput|Throttl|LimitExceeded/i;

const refused = ({ code, message }: { readonly code: string; readonly message: string }): Fate => {
  const cause = message === '' ? code : `${code}: ${message}`;
  return THROTTLED.test(code) ? { kind: 'throttled', cause } : { kind: 'unavailable', cause, unknown: false };
};

const failed = ({ code, message }: Fault, sent: boolean): Fate =>
  code === 'stream.throttled'
    ? { kind: 'throttled', cause: message }
    : { kind: 'unavailable', cause: message, unknown: sent };

const isUnknown = (fate: Fate | null): boolean => fate?.kind === 'unavailable' && fate.unknown;

/** Once an answer was lost, a later refusal says nothing about the copy that may be stored. */
const blame = (chain: Chain, fate: Fate): void => {
  if (!isUnknown(chain.why)) chain.why = fate;
};

/** What is said of the parcels that a chain still holds: only its head was ever sent. */
const unsent = (fate: Fate, ofHead: boolean): Fate =>
  fate.kind === 'unavailable' && !ofHead ? { ...fate, unknown: false } : fate;

/**
 * Stores events on a stream. Events of one shard keep their order; a failed entry alone is sent again. After a reshard an
 * aggregate lands in a child of the shard predicted: it is valid there, and the next request predicts anew.
 * @returns for each event its fate, in the order given; never throws for what the stream does
 */
export const packer = (stream: Stream, patience: Patience) => {
  const prediction = predictor(stream);

  const chainsOf = async (events: readonly Outgoing[], members: readonly number[]): Promise<Chain[]> => {
    const { shardOf } = await prediction.get();
    const byShard = new Map<string, { startHash: string; members: number[] }>();
    for (const i of members) {
      const { id, startHash } = shardOf((events[i] as Outgoing).key);
      const found = byShard.get(id);
      if (found === undefined) byShard.set(id, { startHash, members: [i] });
      else found.members.push(i);
    }
    const parcels = parcelsOfAll(events, [...byShard.values()]);
    return [...byShard.keys()].map((shard, i) => ({
      shard,
      parcels: parcels[i] as readonly Parcel[],
      next: 0,
      why: null,
    }));
  };

  /** One put: the chains that are not done, and whether anything was stored. */
  const round = async (waiting: readonly Chain[], fates: (Fate | undefined)[], limit: Ms) => {
    const turn = turnOf(waiting);
    let stored = false;
    try {
      const outcomes = await inTime(stream.put(turn.map((c) => (c.parcels[c.next] as Parcel).record)), limit);
      turn.forEach((chain, i) => {
        const outcome = outcomes[i] ?? NO_OUTCOME;
        if (!outcome.ok) {
          blame(chain, refused(outcome));
          return;
        }
        const { shard, seq } = outcome;
        if (shard !== chain.shard) prediction.forget();
        (chain.parcels[chain.next] as Parcel).members.forEach((i, index) => {
          fates[i] = { kind: 'stored', shard, seq, index };
        });
        chain.next++;
        chain.why = null;
        stored = true;
      });
    } catch (error) {
      for (const chain of turn) blame(chain, failed(asFault('stream.unavailable', error), true));
    }
    // Those that had their turn go to the back, so that a throttled shard does not hold up the others.
    const left = [...waiting.filter((c) => !turn.includes(c)), ...turn].filter((c) => c.next < c.parcels.length);
    return { left, stored };
  };

  return async (events: readonly Outgoing[]): Promise<readonly Fate[]> => {
    const fates: (Fate | undefined)[] = events.map((e) =>
      fits(e) ? undefined : { kind: 'too-large', bytes: e.bytes.length },
    );
    const members = events.flatMap((_, i) => (fates[i] === undefined ? [i] : []));
    const trying = patience();
    let chains: Chain[] | undefined;
    let unlisted: Fate = NOT_TRIED;
    for (let failures = 0; members.length > 0; ) {
      let stored = false;
      try {
        chains ??= await inTime(chainsOf(events, members), trying.left());
      } catch (error) {
        unlisted = failed(asFault('stream.unavailable', error), false);
      }
      if (chains !== undefined) ({ left: chains, stored } = await round(chains, fates, trying.left()));
      if (chains?.length === 0) break;
      failures = stored ? 0 : failures + 1;
      if (failures > 0 && !(await trying.again(failures))) break;
    }
    for (const chain of chains ?? [])
      chain.parcels.slice(chain.next).forEach((parcel, n) => {
        for (const i of parcel.members) fates[i] = unsent(chain.why ?? NOT_TRIED, n === 0);
      });
    return fates.map((fate) => fate ?? unlisted);
  };
};

const NO_OUTCOME: PutOutcome = { ok: false, code: 'NoOutcome', message: 'the stream left it out of its answer' };
const NOT_TRIED: Fate = { kind: 'unavailable', cause: 'out of time before it was sent', unknown: false };
