// Rows of open windows: what stands at the destination follows what is known, also after a cold start.
import { minutes } from '../../../shared/time.ts';
import { click, deliver, differs, type Given, given, marks, put, rowsOn, type Schedule, SHARD } from './given.ts';

const A = `${SHARD}/0`;
const FEW = `CREATE TABLE tens (s TIMESTAMP(3), n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO tens SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND))
GROUP BY window_start, window_end HAVING COUNT(*) < 3;`;

const batch = async (g: Given, n: number, clock: string, ...times: readonly string[]): Promise<void> => {
  const from = g.enriched.read(SHARD, null).records.length;
  await put(g.enriched, ...times.map((t, i) => click(A, n * 10 + i, t)), ...marks(SHARD, n * 10 + 9, clock));
  await deliver(g.aggregate(), g.enriched, { from });
};
const standing = (g: Given): readonly string[] => rowsOn(g.refined).map((r) => r.replace(/.*"n":(\d+).*/, '$1'));

/**
 * A row was shown early; what makes it wrong came before a snapshot that no early rows go with; a cold sandbox closes the window.
 */
const coldWithSnapshot: Schedule = async () => {
  const g = given(FEW, { early: minutes(20) });
  const warm = g.refine();
  await batch(g, 1, '00:03', '00:01', '00:02');
  await warm.settle();
  const shown = standing(g);
  g.clock.advance(minutes(6));
  await batch(g, 2, '00:04', '00:03');
  await warm.settle();
  await batch(g, 3, '00:30');
  await g.refine().settle();
  return [...differs('shown early', shown, ['2']), ...differs('when it is closed', standing(g), [])];
};

export const earlySchedules = {
  'an early row is taken back by a sandbox that begins with a snapshot': coldWithSnapshot,
} satisfies Readonly<Record<string, Schedule>>;
