// Many keys at once, each key in its order: a put never holds two records of one key, and the next of a key goes only after the
// one before was acknowledged.
import { asFault, Fault } from '../../faults.ts';
import type { Patience } from '../../lanes/emit.ts';
import type { OutRecord, Stream } from '../../ports.ts';
import { MAX_PUT_BYTES, MAX_PUT_RECORDS, recordBytes } from '../../put-limits.ts';

/** Records of one key; `order` is a record's place among all, from 0. */
type Chain = { readonly records: { readonly order: number; readonly out: OutRecord }[]; next: number };

const chainsOf = (records: readonly OutRecord[]): Chain[] => {
  const byKey = new Map<string, Chain>();
  records.forEach((out, order) => {
    const chain = byKey.get(out.partitionKey);
    if (chain) chain.records.push({ order, out });
    else byKey.set(out.partitionKey, { records: [{ order, out }], next: 0 });
  });
  return [...byKey.values()];
};

const headOf = (chain: Chain) => chain.records[chain.next] as Chain['records'][number];

/** The oldest heads that fit into one put: so the prefix that is sent grows, whenever time runs out. */
const turn = (chains: readonly Chain[]): Chain[] => {
  const picked: Chain[] = [];
  let bytes = 0;
  for (const chain of chains) {
    bytes += recordBytes(headOf(chain).out);
    if (picked.length === MAX_PUT_RECORDS || (picked.length > 0 && bytes > MAX_PUT_BYTES)) break;
    picked.push(chain);
  }
  return picked;
};

/**
 * Sends until all are acknowledged, `mayGoOn` says no, or patience runs out; nothing is in flight on return.
 * @returns how many of the first records are acknowledged, all of them unless it stopped; and why it stopped, if for a fault
 */
export const sendInOrder = async (
  stream: Stream,
  records: readonly OutRecord[],
  patience: Patience,
  mayGoOn: () => boolean,
): Promise<{ readonly sent: number; readonly fault?: Fault }> => {
  let chains = chainsOf(records);
  const sent = () => chains.reduce((least, chain) => Math.min(least, headOf(chain).order), records.length);
  for (let failures = 0; chains.length > 0 && mayGoOn(); ) {
    chains.sort((a, b) => headOf(a).order - headOf(b).order);
    const picked = turn(chains);
    let fault: Fault | undefined;
    let acknowledged = 0;
    try {
      const outcomes = await stream.put(picked.map((chain) => headOf(chain).out));
      outcomes.forEach((outcome, i) => {
        if (!outcome.ok) return;
        (picked[i] as Chain).next++;
        acknowledged++;
      });
    } catch (error) {
      fault = asFault('stream.unavailable', error);
    }
    chains = chains.filter((chain) => chain.next < chain.records.length);
    failures = acknowledged > 0 ? 0 : failures + 1;
    if (failures === 0) continue;
    if (failures >= patience.tries)
      return {
        sent: sent(),
        fault: fault ?? new Fault('stream.throttled', `${stream.name}: no record taken in ${failures} tries`),
      };
    await patience.wait(failures);
  }
  return { sent: sent() };
};
