// Sends events again: lets their bytes through, puts them on `raw`, notes that it was done. Every step may be done twice.
import { gzipSync } from 'node:zlib';
import { Fault } from '../../shared/faults.ts';
import { position } from '../../shared/lanes/position.ts';
import type { OutRecord, PutOutcome, Stream } from '../../shared/ports.ts';
import { authorise, envelope } from '../../shared/steps/resubmit.ts';
import type { Ms } from '../../shared/time.ts';
import type { StageHere } from '../stage/stage-here.ts';
import type { Entry } from './entry.ts';
import type { Passing } from './predict.ts';
import { keepRepaired, type State, setState } from './state.ts';
import type { Way } from './way.ts';

export type Sendable = {
  readonly entry: Entry;
  readonly way: Extract<Way, { kind: 'again' }>;
  readonly event: Passing;
  readonly state: State;
};

const sleep = (ms: Ms): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Of one put: its limit is 500 records and 5 MiB. */
const MOST_RECORDS = 100;
const MOST_BYTES = 4_000_000;
const RECORD = 1_000_000;
const TRIES = 8;

const recordOf = ({ way, event }: Sendable): OutRecord => {
  const data = envelope(way.key, event.bytes);
  return { partitionKey: event.key, data: data.length > RECORD ? gzipSync(data) : data };
};

/** All of them, in order for each try; what the stream refuses is sent again. */
const putAll = async (
  raw: Stream,
  records: readonly OutRecord[],
  wait: (ms: Ms) => Promise<void>,
): Promise<readonly PutOutcome[]> => {
  const out: PutOutcome[] = [];
  let open = records.map((_, i) => i);
  for (let tries = 0; open.length > 0; tries++) {
    if (tries > 0) await wait(50 * 2 ** tries);
    const outcomes = await raw.put(open.map((i) => records[i] as OutRecord));
    open.forEach((i, j) => {
      out[i] = outcomes[j] as PutOutcome;
    });
    open = open.filter((i) => out[i]?.ok !== true);
    if (tries === TRIES) {
      const first = out[open[0] ?? 0];
      const why = first?.ok === false ? `${first.code} ${first.message}` : '';
      throw new Fault('stream.throttled', `${raw.name} refuses records: ${why}`);
    }
  }
  return out;
};

const chunks = (all: readonly Sendable[]): readonly (readonly Sendable[])[] => {
  const out: Sendable[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const s of all) {
    const size = s.event.bytes.length + 1_024;
    if (bytes + size > MOST_BYTES || (out.at(-1)?.length ?? 0) >= MOST_RECORDS) {
      out.push([]);
      bytes = 0;
    }
    out.at(-1)?.push(s);
    bytes += size;
  }
  return out;
};

/** In the order of first arrival. @param by who did it @throws Fault when the stage does not answer: call it again */
export const sendAgain = async (
  stage: StageHere,
  sendable: readonly Sendable[],
  by: string,
  { told = () => {}, wait = sleep }: { told?: (sent: number) => void; wait?: (ms: Ms) => Promise<void> } = {},
): Promise<void> => {
  let sent = 0;
  for (const some of chunks(sendable)) {
    // Before the put: `validate` may read the record at once.
    await Promise.all(
      some.map(({ way, event }) =>
        authorise(stage.ledger, stage.run, { key: way.key, payload: event.bytes, again: way.again }),
      ),
    );
    const outcomes = await putAll(stage.streams.raw, some.map(recordOf), wait);
    await Promise.all(
      some.map(async ({ entry, event, state }, i) => {
        const to = outcomes[i];
        await setState(stage, entry, {
          kind: 'resubmitted',
          at: stage.clock.now(),
          by,
          times: state.kind === 'resubmitted' ? state.times + 1 : 1,
          object: 'object' in state ? state.object : await keepRepaired(stage, event.bytes),
          to: to?.ok ? `${to.shard}/${position(to.seq, 0)}` : '',
        });
      }),
    );
    sent += some.length;
    told(sent);
  }
};
