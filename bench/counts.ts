// What a thousand events cost in calls and units: counts, so they do not depend on the machine.
import { clicks } from './clicks.ts';
import { countPipeline } from './pipeline.ts';

export type Goal = { readonly line: string; readonly met: boolean };

const per1000 = (n: number, events: number): number => (n * 1000) / events;
const show = (n: number): string => n.toFixed(2);

export const countsBench = async (): Promise<readonly Goal[]> => {
  const out: Goal[] = [];
  const goal = (line: string, met: boolean) => out.push({ line: `${line} ${met ? 'met' : 'NOT MET'}`, met });
  const shards = 4;
  for (const [keys, calls, units] of [
    [1_000, 1.05, 12],
    [100_000, 2.05, 20],
  ] as const) {
    const { bills, events, rows } = await countPipeline([...clicks(200_000, keys)], shards);
    const a = bills.aggregate as NonNullable<(typeof bills)[string]>;
    const [c, u] = [per1000(a.calls, events), per1000(a.units, events)];
    goal(
      `state, ${keys} keys, ${shards} shards, batches of 1000: ${show(c)} calls (goal ${calls}), ${show(u)} write units (goal ${units}) per 1000 events;`,
      c <= calls && u <= units,
    );
    const others = Object.entries(bills).map(
      ([name, b]) =>
        `${name} ${show(per1000(b.tableWrites, events))} writes ${show(per1000(b.units, events))} units ${show(per1000(b.objectPuts, events))} objects ${show(per1000(b.putUnits, events))} PUT units`,
    );
    out.push({ line: `  all writes per 1000 events, ${rows} rows: ${others.join('; ')}`, met: true });
  }
  for (const n of [1, 4]) {
    const { bills, events } = await countPipeline([...clicks(40_000, 1_000)], n);
    for (const name of ['ingest', 'validate', 'enrich']) {
      const units = per1000(bills[name]?.putUnits ?? 0, events);
      goal(`PUT units per 1000 events of 525 B, ${name}, ${n} shard(s): ${show(units)} (goal 25);`, units <= 25);
    }
  }
  return out;
};
