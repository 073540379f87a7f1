// The bill of this pipeline.
import { type Bill, GB, HOURS, type Line, monthly } from './bill.ts';
import type { Counted } from './count.ts';
import { rowsPerMonth, unitsOfMonth } from './month.ts';
import { endpoint, LOG_BYTES, lambdaLines, results, streamLines, type World } from './shared-parts.ts';
import { sumOf } from './units.ts';

/** What folds events and keeps what was folded: the part that one write per event stands against. */
export const STATE = ['aggregate', 'refine', 'aggregate-again', 'refine-again'];
/** Functions of the endpoint, which stands in a part of its own. */
const ENDPOINT = ['ingest'];
/** Ledger entries expire after 30 days. */
const LEDGER_MONTHS = 30 / 30.4;
/** Five pollers of a mapping wait 20 seconds each. */
const IDLE_POLLS_PER_HOUR = (5 * 3_600) / 20;
/** A data key is asked for every five minutes. */
const KEY_REQUESTS_PER_HOUR = 12;

export const ours = (world: World, counted: Counted): Bill => {
  const { line, deployed } = world;
  const month = unitsOfMonth(counted);
  const events = monthly(counted.load.eventsPerSecond);
  const rows = rowsPerMonth(counted.load);
  const fns = Object.keys(month).filter((fn) => !ENDPOINT.includes(fn));
  const [state, others] = [fns.filter((fn) => STATE.includes(fn)), fns.filter((fn) => !STATE.includes(fn))];
  const inner = sumOf(month, (fn) => !ENDPOINT.includes(fn) && fn !== 'tick');
  const readOfRaw = (month.archive?.readBytes ?? 0) + (month.validate?.readBytes ?? 0);
  /** Of the tables, by function; the rows of write-table stand under results. */
  const stored = (part: Line['part'], of: readonly string[]): readonly Line[] => {
    const units = sumOf(month, (fn) => of.includes(fn));
    const rowsHere = of.includes('write-table') ? (month['write-table']?.writeUnits ?? 0) : 0;
    const name = of.join(', ');
    return [
      line(part, `${name}: write units`, 'tableWriteUnits', Math.max(0, units.writeUnits - rowsHere), 'counted'),
      line(part, `${name}: read units`, 'tableReadUnits', units.readUnits, 'counted'),
      line(part, `${name}: S3 puts`, 'objectPuts', units.objectPuts, 'counted'),
      line(part, `${name}: S3 gets`, 'objectGets', units.objectGets, 'counted'),
      line(part, `${name}: queue calls`, 'queueRequests', units.queueCalls, 'counted'),
    ];
  };
  const used = others.filter((fn) => {
    const u = month[fn];
    return u !== undefined && u.tableCalls + u.objectPuts + u.objectGets + u.queueCalls > 0;
  });
  const invocations = fns.reduce((sum, fn) => sum + (month[fn]?.invocations ?? 0), 0);
  const ledgerGb = (sumOf(month, (fn) => fn !== 'write-table').tableBytes * LEDGER_MONTHS) / GB;
  const fanOutBytes = counted.load.onDemand ? 0 : inner.streamBytes;
  return {
    name: 'this pipeline',
    lines: [
      ...endpoint(world, counted, month, 2),
      ...streamLines(line, 'streams', 'inner streams', counted, deployed, deployed.streams - 1, {
        putUnits: inner.putUnits,
        bytes: inner.streamBytes,
        out: inner.readBytes - readOfRaw,
      }),
      ...(deployed.fanOut > 0
        ? [
            line(
              'streams',
              'enhanced fan-out',
              'fanOutShardHours',
              deployed.fanOut * counted.shards * HOURS,
              'template',
            ),
            line(
              'streams',
              'enhanced fan-out, GB',
              'fanOutGb',
              (deployed.fanOut * fanOutBytes) / (deployed.streams - 1) / GB,
              'modelled',
            ),
          ]
        : []),
      ...lambdaLines(world, 'functions', others, month, events, rows, 'functions without state'),
      ...lambdaLines(world, 'state', state, month, events, rows, 'functions with state'),
      ...stored('functions', used),
      ...stored('state', state),
      line('state', 'idle polls of queues', 'queueRequests', deployed.queues * IDLE_POLLS_PER_HOUR * HOURS, 'modelled'),
      line('state', 'ledger kept 30 days, GB', 'tableStorageGb', ledgerGb, 'counted'),
      line('state', 'ledger under recovery, GB', 'tableBackupGb', ledgerGb, 'counted'),
      line(
        'functions',
        'archive, a month of it, GB',
        'objectStorageGb',
        (month.archive?.objectBytes ?? 0) / GB,
        'counted',
      ),
      ...results(world, counted),
      line('watch', 'logs of functions, GB', 'logGb', (invocations * LOG_BYTES) / GB, 'modelled'),
      line('watch', 'custom metrics', 'metrics', deployed.metrics, 'template'),
      line(
        'watch',
        'metrics of shards',
        'metrics',
        deployed.shardMetrics * deployed.streams * counted.shards,
        'template',
      ),
      line('watch', 'alarms', 'alarms', deployed.alarms, 'template'),
      line('watch', 'dashboards', 'dashboards', deployed.dashboards, 'template'),
      line('watch', 'keys', 'kmsKeys', deployed.keys, 'template'),
      line('watch', 'key requests', 'kmsRequests', deployed.keyUsers * KEY_REQUESTS_PER_HOUR * HOURS, 'modelled'),
    ],
  };
};
