// Windows and sessions at their last millisecond.
import {
  click,
  deliver,
  differs,
  each,
  given,
  mark,
  marks,
  type Problems,
  put,
  rowsOn,
  type Schedule,
  SHARD,
} from './given.ts';

const TENS = `CREATE TABLE tens (n BIGINT) WITH ('connector' = 'kinesis', 'millrace.lateness' = '$LATENESS s');
INSERT INTO tens SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;`;
const VISITS = `CREATE TABLE visits (n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO visits SELECT COUNT(*) FROM TABLE(SESSION(TABLE clicks PARTITION BY k, DESCRIPTOR(t), INTERVAL '3' SECOND))
GROUP BY k, window_start, window_end;`;
const A = `${SHARD}/0`;

/** Clicks, then the clock that all lanes show, then clicks behind it; the watermark is 5 seconds behind the clock. */
const play = async (
  sql: string,
  before: readonly string[],
  clock: string,
  after: readonly string[],
  wanted: { rows: readonly string[]; late: number },
): Promise<Problems> => {
  const g = given(sql.replace('$LATENESS', '0'));
  const clicks = (times: readonly string[], from: number) => times.map((t, i) => click(A, from + i, t));
  await put(g.enriched, ...clicks(before, 1), mark(A, 9, clock), ...clicks(after, 11), ...marks(SHARD, 19, clock));
  await deliver(g.aggregate(), g.enriched);
  await g.refine().settle();
  const at = `clock ${clock}`;
  return [
    ...differs(`rows, ${at}`, rowsOn(g.refined), wanted.rows),
    ...differs(`late, ${at}`, (await g.lines('late')).length, wanted.late),
  ];
};

const lastInstant: Schedule = () =>
  each(
    () => play(TENS, ['00:01'], '00:14.998', ['00:02'], { rows: [], late: 0 }),
    () => play(TENS, ['00:01'], '00:14.999', ['00:02'], { rows: ['tens {"n":1}'], late: 1 }),
  );

const gapApart: Schedule = () =>
  each(
    () => play(VISITS, ['00:01', '00:04'], '01:00', [], { rows: ['visits {"n":2}'], late: 0 }),
    () => play(VISITS, ['00:01', '00:04.001'], '01:00', [], { rows: ['visits {"n":1}', 'visits {"n":1}'], late: 0 }),
  );

const sessionEdge: Schedule = () =>
  each(
    () => play(VISITS, ['00:01'], '00:08.999', [], { rows: [], late: 0 }),
    () => play(VISITS, ['00:01'], '00:09', [], { rows: ['visits {"n":1}'], late: 0 }),
    () => play(VISITS, [], '00:10', ['00:05'], { rows: [], late: 1 }),
    () => play(VISITS, [], '00:10', ['00:05.001'], { rows: [], late: 0 }),
  );

/** A window closed; its rows are held for its lateness, so that a revision counts all of them. */
const revisedWhole: Schedule = async () => {
  const g = given(TENS.replace('$LATENESS', '60'));
  const run = g.refine();
  await put(g.enriched, click(A, 1, '00:01'), ...marks(SHARD, 9, '00:30'));
  await deliver(g.aggregate(), g.enriched);
  await run.settle();
  const from = g.enriched.read(SHARD, null).records.length;
  await put(g.enriched, click(A, 11, '00:02'), ...marks(SHARD, 19, '00:31'));
  await deliver(g.aggregate(), g.enriched, { from });
  await run.settle();
  return differs('rows', rowsOn(g.refined), ['tens {"n":2}']);
};

export const windowSchedules = {
  'a window closes, and a row is late, at its last instant': lastInstant,
  'rows exactly one gap apart are one session': gapApart,
  'a session closes, and a row is late, one ms later': sessionEdge,
  'a revision counts all rows of its window': revisedWhole,
} satisfies Readonly<Record<string, Schedule>>;
