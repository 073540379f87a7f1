// The bills of what this pipeline stands against, with the same endpoint and the same writes of rows.
import { type Bill, GB, HOURS, type Line, monthly, SECONDS } from './bill.ts';
import type { Counted } from './count.ts';
import { gbSeconds } from './lambda-time.ts';
import { unitsOfMonth } from './month.ts';
import { endpoint, LOG_BYTES, results, type World } from './shared-parts.ts';

const MEMORY = 1_769;
/** Lambda's own default for a stream. */
const NAIVE_BATCH = 100;
/** An item of a key and a window with two numbers, and of an event's id. */
const DEDUPE_BYTES = 150;
const DEDUPE_DAYS = 1;

const requests = (counted: Counted): number => counted.load.eventsPerSecond / counted.load.eventsPerRequest;

/**
 * A function on the raw stream that writes each event to each query's item of its key and window: UpdateItem, 1 unit. It counts twice
 * what is delivered twice. `exact`: the updates and an item with the event's id in one transaction, 2 units an item, so that nothing
 * is counted twice.
 */
export const naive = (world: World, counted: Counted, exact: boolean): Bill => {
  const { line, times } = world;
  const { eventsPerSecond: rate, queries } = counted.load;
  const events = monthly(rate);
  const units = events * (exact ? 2 * (queries + 1) : queries);
  const calls = events * (exact ? 1 : queries);
  const perSecond = Math.min(requests(counted), Math.max(counted.shards, rate / NAIVE_BATCH));
  const invocations = perSecond * SECONDS;
  // As such functions are written, by the SDK's client. Waits of a batch overlap; its processor time does not.
  const ms =
    calls * times.client.sdk.msPerCall +
    (events * times.naiveCpuMicrosPerEvent) / 1_000 +
    invocations * (times.msPerInvocation + times.waitMs.table);
  const kept: readonly Line[] = exact
    ? [
        line(
          'state',
          'ids kept a day, GB',
          'tableStorageGb',
          (rate * 86_400 * DEDUPE_DAYS * DEDUPE_BYTES) / GB,
          'modelled',
        ),
      ]
    : [];
  return {
    name: exact ? 'naive, exact' : 'naive',
    lines: [
      ...endpoint(world, counted, unitsOfMonth(counted), 1),
      line('functions', 'consumer: invocations', 'lambdaRequests', invocations, 'modelled'),
      line('functions', 'consumer: GB-seconds', 'lambdaGbSeconds', gbSeconds(ms, MEMORY), 'modelled'),
      line('state', 'consumer: write units', 'tableWriteUnits', units, 'modelled'),
      ...kept,
      ...results(world, counted),
      line('watch', 'logs, GB', 'logGb', (invocations * LOG_BYTES) / GB, 'modelled'),
    ],
  };
};

/** Each further query on the same stream adds a quarter of the first one's work: reading and parsing are shared. */
const FURTHER_QUERY = 0.25;
const KPU_GB = 50;

export const kpus = (world: World, { load }: Counted): number => {
  const work = load.eventsPerSecond * (1 + FURTHER_QUERY * (load.queries - 1));
  return Math.max(1, Math.ceil(work / world.times.flinkEventsPerSecondPerKpu));
};

/** One application that reads the raw stream and writes the rows; it never stops, so it costs when idle too. */
export const managedFlink = (world: World, counted: Counted): Bill => {
  const { line } = world;
  const n = kpus(world, counted);
  return {
    name: 'Managed Flink',
    lines: [
      ...endpoint(world, counted, unitsOfMonth(counted), 1),
      line('functions', `${n} KPU and one for orchestration, hours`, 'flinkKpuHours', (n + 1) * HOURS, 'modelled'),
      line('state', 'running storage, GB', 'flinkStorageGb', n * KPU_GB, 'modelled'),
      ...results(world, counted),
    ],
  };
};
