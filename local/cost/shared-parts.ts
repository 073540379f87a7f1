// The parts that every bill shares: the endpoint with its stream, and the writes of the rows.
import { GB, HOURS, type Line, type LineMaker, monthly } from './bill.ts';
import type { Counted } from './count.ts';
import type { Deployed } from './deployed.ts';
import { billedMs, gbSeconds } from './lambda-time.ts';
import { rowsPerMonth } from './month.ts';
import type { Times } from './prices.ts';
import { type ByFunction, NO_UNITS } from './units.ts';

export type World = {
  readonly deployed: Deployed;
  readonly times: Times;
  readonly line: LineMaker;
};

const BULK_FROM = 300e6;
/** One line of the runtime's report and one of metrics, each invocation. */
export const LOG_BYTES = 1_000;
/** A line of the API's access log. */
const ACCESS_LOG_BYTES = 300;
const KEPT_GB_MONTHS = 6 / 30; // of the days beyond the first, up to seven

/** A stream's own price, whatever was counted on it. `out`: bytes read by all its readers. */
export const streamLines = (
  line: LineMaker,
  part: Line['part'],
  what: string,
  counted: Counted,
  deployed: Deployed,
  count: number,
  io: { readonly putUnits: number; readonly bytes: number; readonly out: number },
): readonly Line[] =>
  counted.load.onDemand
    ? [
        line(part, `${what}: stream-hours`, 'onDemandStreamHours', count * HOURS, 'template'),
        line(part, `${what}: GB in`, 'onDemandInGb', io.bytes / GB, 'counted'),
        line(part, `${what}: GB out`, 'onDemandOutGb', io.out / GB, 'counted'),
        ...(deployed.longRetention
          ? [line(part, `${what}: retention`, 'onDemandRetentionGb', (io.bytes / GB) * KEPT_GB_MONTHS, 'modelled')]
          : []),
      ]
    : [
        line(part, `${what}: shard-hours`, 'shardHours', count * counted.shards * HOURS, 'modelled'),
        line(part, `${what}: PUT units`, 'putUnits', io.putUnits, 'counted'),
        ...(deployed.longRetention
          ? [line(part, `${what}: retention`, 'retentionShardHours', count * counted.shards * HOURS, 'template')]
          : []),
      ];

export const lambdaLines = (
  { line, times, deployed }: World,
  part: Line['part'],
  fns: readonly string[],
  month: ByFunction,
  events: number,
  rows: number,
  what: string,
): readonly Line[] => {
  const units = (fn: string) => month[fn] ?? NO_UNITS;
  const seconds = fns.map((fn) =>
    gbSeconds(
      billedMs(times, { fn, carrier: deployed.carrier, units: units(fn), events, rows }),
      deployed.memoryMb[fn] ?? 1_769,
    ),
  );
  return [
    line(
      part,
      `${what}: invocations`,
      'lambdaRequests',
      fns.reduce((sum, fn) => sum + units(fn).invocations, 0),
      'counted',
    ),
    line(
      part,
      `${what}: GB-seconds`,
      'lambdaGbSeconds',
      seconds.reduce((sum, s) => sum + s, 0),
      'modelled',
    ),
  ];
};

/** API, ingest and the raw stream. `readers`: how many consumers read the raw stream, for a stream on demand. */
export const endpoint = (world: World, counted: Counted, month: ByFunction, readers: number): readonly Line[] => {
  const { line, deployed } = world;
  const { eventsPerSecond, eventsPerRequest } = counted.load;
  const requests = monthly(eventsPerSecond / eventsPerRequest);
  const ingest = month.ingest ?? NO_UNITS;
  const tick = month.tick ?? NO_UNITS;
  return [
    line('endpoint', 'API requests', 'apiRequests', Math.min(requests, BULK_FROM), 'modelled'),
    ...(requests > BULK_FROM
      ? [line('endpoint', 'API requests beyond 300 M', 'apiRequestsBulk', requests - BULK_FROM, 'modelled')]
      : []),
    ...lambdaLines(world, 'endpoint', ['ingest'], month, monthly(eventsPerSecond), 0, 'ingest'),
    ...streamLines(line, 'endpoint', 'raw', counted, deployed, 1, {
      putUnits: ingest.putUnits + tick.putUnits,
      bytes: ingest.streamBytes + tick.streamBytes,
      out: (ingest.streamBytes + tick.streamBytes) * readers,
    }),
    line(
      'endpoint',
      'log of API and ingest, GB',
      'logGb',
      (requests * (LOG_BYTES + (deployed.accessLog ? ACCESS_LOG_BYTES : 0))) / GB,
      'modelled',
    ),
  ];
};

/** One write for each row, the same for all. */
export const results = ({ line }: World, counted: Counted): readonly Line[] => [
  line('results', 'rows written, write units', 'tableWriteUnits', rowsPerMonth(counted.load), 'counted'),
];
