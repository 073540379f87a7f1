// What operators did about rejected and late events: one item each in the ledger table, `fix#<run>`; repaired bytes in the bucket,
// `repaired/<run>/`. What was rejected stands as it stood.

import type { Item } from '../../shared/ports.ts';
import { hashOf } from '../../shared/steps/resubmit.ts';
import type { EpochMs } from '../../shared/time.ts';
import type { StageHere } from '../stage/stage-here.ts';
import type { Entry } from './entry.ts';

export type State =
  | { readonly kind: 'open' }
  | { readonly kind: 'fixed'; readonly at: EpochMs; readonly by: string; readonly how: string; readonly object: string }
  | {
      readonly kind: 'resubmitted';
      readonly at: EpochMs;
      readonly by: string;
      /** How often it was sent; all but the first copy that passes are duplicates. */
      readonly times: number;
      readonly object: string;
      /** `<raw shard>/<position>` of the last copy. */
      readonly to: string;
    }
  | { readonly kind: 'discarded'; readonly at: EpochMs; readonly by: string; readonly reason: string };

export const OPEN: State = { kind: 'open' };
const pk = (run: string): string => `fix#${run}`;

const stateOf = (item: Item): State => {
  const { pk: _, sk: __, ...state } = item;
  return state as unknown as State;
};

/** By the entries' keys. */
export const readStates = async ({
  ledger,
  run,
}: Pick<StageHere, 'ledger' | 'run'>): Promise<ReadonlyMap<string, State>> =>
  new Map((await ledger.query(pk(run))).map((item) => [item.sk, stateOf(item)]));

export const setState = async (
  { ledger, run }: Pick<StageHere, 'ledger' | 'run'>,
  entry: Entry,
  state: Exclude<State, { kind: 'open' }>,
): Promise<void> => {
  await ledger.put({ pk: pk(run), sk: entry.key, ...state });
};

/** @returns the object's name; the same bytes have the same */
export const keepRepaired = async ({ objects, run }: StageHere, payload: Uint8Array): Promise<string> => {
  const name = `repaired/${run}/${hashOf(payload)}`;
  await objects.put(name, payload);
  return name;
};

export const readRepaired = async ({ objects }: StageHere, name: string): Promise<Uint8Array> => {
  const found = await objects.get(name);
  if (found === undefined) throw new Error(`the bucket holds no ${name}: fix the event once more`);
  return found;
};
