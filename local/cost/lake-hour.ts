// An hour of one table of the lake, counted on metered ports: the files that roll-ups show, and their compaction by `compact-lake`. The sample
// of a load writes no lake, so this stands beside its bill.
import { manualClock } from '../../shared/memory/clock.ts';
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import { compileSql } from '../../shared/query/compile.ts';
import { compactLake } from '../../shared/steps/compact-lake.ts';
import { generationFolder } from '../../shared/steps/lake/files.ts';
import { claim } from '../../shared/steps/lake/generations.ts';
import { parquetOf } from '../../shared/steps/lake/parquet.ts';
import { lakePartitions } from '../../shared/steps/lake/partition.ts';
import { hours, type Ms, minutes } from '../../shared/time.ts';
import type { Template } from '../template/template.ts';
import { type Bill, HOURS, type Line, type LineMaker } from './bill.ts';
import { gbSeconds } from './lambda-time.ts';
import { Counter, meteredObjects, meteredTable } from './metered.ts';
import { NO_UNITS } from './units.ts';

const FN = 'compact-lake';
/** What a compaction works through in a second of one vCPU (functions/compact-lake/function.yml). */
const BYTES_PER_SECOND = 5_000_000;
const START = Date.parse('2026-01-05T09:00:00Z');
const SQL = `CREATE TABLE t (n BIGINT) WITH ('connector' = 'filesystem', 'path' = 's3://lake/t', 'format' = 'parquet');`;

/** A file every `every`, then the one run of the schedule that finds the hour due. */
const countHour = async (every: Ms) => {
  const { plan } = compileSql([{ path: 'tables.sql', text: SQL }], { types: [] });
  const [table, objects, clock, counter] = [memoryTable(), memoryObjects(), manualClock(START), new Counter()];
  const [first] = plan.tables;
  for (let version = 1; version * every <= hours(1); version++) {
    clock.advance(every);
    const moves = { partitions: lakePartitions(table), clock, catalog: undefined };
    const name = { table: 't', part: 'dt=2026-01-05/hour=09' };
    const { file } = await claim(moves, name, { shard: 's', run: '1', version });
    if (file === undefined || first === undefined) throw new Error('a roll-up shows its file');
    await objects.put(
      `${generationFolder('t', name.part, file.generation)}${file.name}`,
      parquetOf(first.columns, [[1n]]),
    );
  }
  clock.advance(hours(1));
  const ports = { table: meteredTable(table, FN, counter), objects: meteredObjects(objects, FN, counter) };
  await compactLake({ plan, ...ports, clock, run: '1' })(0, { remainingMs: () => minutes(15) });
  return counter.now()[FN] ?? NO_UNITS;
};

/** For one table, a month of hours; undefined where the stage has no `compact-lake`. @param bytes of Parquet in an hour */
export const lakeMonth = async (line: LineMaker, template: Template, bytes: number): Promise<Bill | undefined> => {
  const fn = template.functions.find((f) => f.name === FN);
  const rollUp = template.functions.find((f) => f.name === 'roll-up-lake')?.triggers.find((t) => t.kind === 'schedule');
  if (fn === undefined || rollUp?.kind !== 'schedule') return undefined;
  const units = await countHour(rollUp.rateMs);
  const of = (what: string, price: Line['price'], n: number, origin: Line['origin']): Line =>
    line('functions', `${FN}: ${what}`, price, n * HOURS, origin);
  const files = hours(1) / rollUp.rateMs;
  return {
    name: `a table of the lake with ${bytes / 1e6} MB and ${files} files an hour, compacted`,
    lines: [
      line('functions', 'roll-up-lake: files', 'objectPuts', files * HOURS, 'modelled'),
      of('S3 gets', 'objectGets', units.objectGets, 'counted'),
      of('S3 puts and lists', 'objectPuts', units.objectPuts, 'counted'),
      of('write units', 'tableWriteUnits', units.writeUnits, 'counted'),
      of('read units', 'tableReadUnits', units.readUnits, 'counted'),
      of('GB-seconds', 'lambdaGbSeconds', gbSeconds((bytes / BYTES_PER_SECOND) * 1_000, fn.memoryMb), 'modelled'),
    ],
  };
};
