// What a thousand events cost in calls and units: counts, so they do not depend on the machine.
import { clicks } from './clicks.ts';
import type { Bench, Goal } from './goal.ts';
import type { Bill } from './meter.ts';
import { type Counted, countPipeline } from './pipeline.ts';

const SHARDS = 4;
const RATE = 10_000;
/** Of a naive consumer: one update for each event; made exact, an update and an item of the event's id in one transaction. */
const NAIVE = { name: 'update per event, exact', figure: 4_000, unit: 'write units' };

const per1000 = (n: number, events: number): number => (n * 1000) / events;
const billOf = ({ bills }: Counted, name: string): Bill => bills[name] as Bill;

/** Write units a second on the partition key that takes most of them, when RATE events come a second. */
const hottest = ({ bills, events }: Counted): number => {
  let most = 0;
  for (const { ofKey } of Object.values(bills)) for (const units of ofKey.values()) most = Math.max(most, units);
  return (most / events) * RATE;
};

const state = (counted: Counted, what: string, calls: number, units: number): readonly Goal[] => {
  const { calls: c, units: u } = billOf(counted, 'aggregate');
  return [
    {
      goal: '1',
      what: `calls of aggregate per 1,000 events, ${what}`,
      figure: per1000(c, counted.events),
      unit: 'calls',
      most: calls,
    },
    {
      goal: '1',
      what: `write units of aggregate per 1,000 events, ${what}`,
      figure: per1000(u, counted.events),
      unit: 'units',
      most: units,
      peer: NAIVE,
    },
    {
      goal: '1',
      what: `hottest partition key at ${RATE.toLocaleString('en-US')} events/s, ${what}`,
      figure: hottest(counted),
      unit: 'units/s',
      most: 1_000,
    },
  ];
};

const others = ({ bills, events }: Counted, what: string): readonly Goal[] =>
  Object.entries(bills).map(([name, b]) => {
    const parts = [
      [b.tableWrites, 'table writes'],
      [b.units, 'write units'],
      [b.objectPuts, 'objects'],
      [b.wakes, 'messages'],
      [b.putCalls, 'PutRecords'],
      [b.putUnits, 'PUT units'],
    ] as const;
    const note = parts.filter(([n]) => n > 0).map(([n, unit]) => `${per1000(n, events).toFixed(2)} ${unit}`);
    const calls = b.tableWrites + b.objectPuts + b.wakes + b.putCalls;
    return {
      goal: '1',
      what: `all writing calls of ${name} per 1,000 events, ${what}`,
      figure: per1000(calls, events),
      unit: 'calls',
      note: note.join(', '),
    };
  });

export const countsBench: Bench = async () => {
  const goals: Goal[] = [];
  for (const [keys, batch, calls, units] of [
    [1_000, 1_000, 1.05, 12],
    [1_000, 10_000, 0.25, 5],
    [100_000, 1_000, 2.05, 20],
  ] as const) {
    const what = `${keys.toLocaleString('en-US')} keys, ${SHARDS} shards, batches of ${batch.toLocaleString('en-US')}`;
    const counted = await countPipeline([...clicks(200_000, keys)], SHARDS, batch);
    goals.push(...state(counted, what, calls, units), ...others(counted, what));
  }
  for (const shards of [1, SHARDS]) {
    const counted = await countPipeline([...clicks(40_000, 1_000)], shards);
    for (const name of ['ingest', 'validate', 'enrich'])
      goals.push({
        goal: '2',
        what: `PUT units of ${name} per 1,000 events of 525 B, ${shards} shard${shards === 1 ? '' : 's'}`,
        figure: per1000(billOf(counted, name).putUnits, counted.events),
        unit: 'PUT units',
        most: 25,
        peer: { name: 'one record an event', figure: 1_000, unit: 'PUT units' },
      });
  }
  return { goals };
};
