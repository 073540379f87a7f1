// npm run proof:flink: Nexmark on Apache Flink and here, over the same rows. Options: --events N, --seeds 1,2,3, --only q5,q8
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { flinkStatements } from '../../local/proof/flink/flink-script.ts';
import { Missing } from '../../local/proof/flink/install.ts';
import { type FlinkAnswer, type FlinkJob, runFlink } from '../../local/proof/flink/run-flink.ts';
import { runScript, type Script } from '../../local/sql/run-script.ts';
import { generate, type Nexmark, SHARDS, TABLES } from './generate.ts';
import { countsByModel, SPANS, sessionsByModel } from './model.ts';
import { differences } from './same-rows.ts';
import { sideInput } from './side-input.ts';

const HERE = import.meta.dirname;
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '40000' },
    seeds: { type: 'string', default: '1,2,3' },
    only: { type: 'string' },
  },
});
const QUERIES = [
  'q0',
  'q1',
  'q2',
  'q5',
  'q7',
  'q8',
  'q11',
  'q12',
  'q13',
  'q14',
  'q15',
  'q16',
  'q17',
  'q18',
  'q19',
  'q21',
  'q22',
];
const LATE = ['tumble', 'hop', 'cumulate', 'session'] as const;
/** Of each 1,000 events. */
const LATE_SHARE = 20;
const wanted = (values.only ?? [...QUERIES, 'late'].join(',')).split(',');
const seeds = values.seeds.split(',').map(Number);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** What the judge did beyond running the text as it is. */
const NOTES: Readonly<Record<string, string>> = {
  q13: 'look-up judged by the equal regular join',
  q14: 'count_char is a Java class on Flink',
};

const CLASSES = new Map([['count-char.ts#countChar', 'millrace.CountChar']]);

const wholeDdl = readFileSync(join(HERE, 'ddl.sql'), 'utf8');
/** The tables that a query names; the others are blank lines, so that places in messages stay right. */
const ddlFor = (text: string): string =>
  wholeDdl.replaceAll(/^CREATE TABLE (\w+)[^;]*;/gm, (statement, name: string) =>
    new RegExp(`\\b${name}\\b`).test(text) ? statement : statement.replaceAll(/[^\n]/g, ''),
  );
const textOf = (query: string): string => readFileSync(join(HERE, 'queries', `${query}.sql`), 'utf8');
const lateText = (kind: string): string => readFileSync(join(HERE, 'late', `${kind}.sql`), 'utf8');

const root = mkdtempSync(join(tmpdir(), 'millrace-nexmark-'));
const writeData = (name: string, rows: Nexmark): string => {
  const dir = join(root, name);
  mkdirSync(dir);
  for (const table of TABLES) writeFileSync(join(dir, `${table}.ndjson`), rows[table].map((l) => `${l}\n`).join(''));
  const side = sideInput();
  writeFileSync(join(dir, 'side_input.ndjson'), side.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return dir;
};
const flinkSources = (dir: string): ReadonlyMap<string, string> =>
  new Map([...TABLES, 'side_input'].map((t) => [t, join(dir, `${t}.ndjson`)]));

type Run = { readonly script: Script; readonly cpuMs: number };
const ours = async (dir: string, path: string, text: string, shards: number): Promise<Run> => {
  const before = process.cpuUsage();
  const script = await runScript({
    files: [
      { path: 'test/nexmark/ddl.sql', text: ddlFor(text) },
      { path, text },
    ],
    data: dir,
    folder: HERE,
    strict: true,
    shards,
    ...(shards > 1 && { shardColumn: 'shard' }),
  });
  const { user, system } = process.cpuUsage(before);
  return { script, cpuMs: (user + system) / 1000 };
};

type Wanted = {
  readonly name: string;
  readonly dir: string;
  readonly path: string;
  readonly text: string;
  readonly table: string;
};
let wrong = 0;
const fail = (line: string): void => {
  wrong++;
  say(line);
};

const rowsOf = (run: Run, table: string): readonly string[] => {
  if (run.script.ok) return run.script.played.rows.get(table) ?? [];
  const [first] = run.script.errors;
  throw new Error(`${first?.file}:${first?.line}: ${first?.message} (${run.script.errors.length} in all)`);
};

const show = (d: ReturnType<typeof differences>): void => {
  for (const row of d.ours.slice(0, 3)) say(`    ours alone:  ${row}`);
  for (const row of d.theirs.slice(0, 3)) say(`    Flink alone: ${row}`);
};

const seconds = (ms: number): string => (ms / 1000).toFixed(1).padStart(6);
const line = (
  name: string,
  rows: string | number,
  one: string,
  four: string,
  mine: string,
  flinks: string,
  note = '',
): void =>
  say(
    `${name.padEnd(14)} ${String(rows).padStart(7)}  ${one.padEnd(9)} ${four.padEnd(9)} ${mine.padStart(6)} ${flinks.padStart(7)}  ${note}`.trimEnd(),
  );

const judge = async (w: Wanted, answer: FlinkAnswer): Promise<void> => {
  if (answer.kind === 'failed') return fail(`${w.name}: Flink fails: ${answer.reason.slice(0, 500)}`);
  const theirs = answer.rows.get(w.table) ?? [];
  try {
    const runs = [await ours(w.dir, w.path, w.text, 1), await ours(w.dir, w.path, w.text, SHARDS)];
    const found = runs.map((run) => {
      const columns = run.script.ok ? (run.script.plan.tables.find((t) => t.name === w.table)?.columns ?? []) : [];
      return differences(rowsOf(run, w.table), theirs, columns);
    });
    const verdicts = found.map(verdict);
    const query = w.name.split(' ')[0] ?? '';
    line(
      w.name,
      theirs.length,
      verdicts[0] ?? '',
      verdicts[1] ?? '',
      seconds(runs[0]?.cpuMs ?? 0),
      seconds(answer.cpuMs),
      NOTES[query] ?? '',
    );
    if (theirs.length === 0) fail(`  ${w.name} has no rows: it proves nothing`);
    if (verdicts.some((v) => v !== 'equal')) wrong++;
    for (const d of found) show(d);
  } catch (error) {
    fail(`${w.name}: ${(error as Error).message}`);
  }
};

const verdict = (x: ReturnType<typeof differences>): string =>
  x.ours.length + x.theirs.length === 0 ? 'equal' : `${x.ours.length}+${x.theirs.length} off`;

type Side = { readonly event: { readonly data: { readonly bidder: number } } };

/** Late rows on one shard against Flink, on four against the model of lateness. */
const judgeLate = async (
  w: Wanted,
  kind: (typeof LATE)[number],
  answer: FlinkAnswer,
  bids: readonly string[],
): Promise<void> => {
  if (answer.kind === 'failed') return fail(`${w.name}: Flink fails: ${answer.reason.slice(0, 500)}`);
  const theirs = answer.rows.get(w.table) ?? [];
  const [one, four] = [await ours(w.dir, w.path, w.text, 1), await ours(w.dir, w.path, w.text, SHARDS)];
  const d = differences(rowsOf(one, w.table), theirs, []);
  const late = one.script.ok ? one.script.played.late : [];
  if (kind === 'session') {
    // Flink keeps a row behind the watermark when its session is not over; here it is in the late store.
    const behind = new Set(late.map((l) => (l as unknown as Side).event.data.bidder));
    const others = [...d.ours, ...d.theirs].filter((r) => !behind.has((JSON.parse(r) as { bidder: number }).bidder));
    const byRule = [one, four].map((run, i) => differences(rowsOf(run, w.table), sessionsByModel(bids, i > 0), []));
    const verdicts = byRule.map(verdict);
    line(
      w.name,
      theirs.length,
      others.length > 0 ? `${others.length} off` : (verdicts[0] ?? ''),
      verdicts[1] ?? '',
      seconds(one.cpuMs),
      seconds(answer.cpuMs),
      `by our rule, row by row; Flink has ${d.theirs.length} others, each of a bidder with one of the ${late.length} rows listed late`,
    );
    if (others.length > 0 || verdicts.some((v) => v !== 'equal')) wrong++;
    for (const x of byRule) show(x);
    return;
  }
  const byModel = differences(rowsOf(four, w.table), countsByModel(bids, SPANS[kind], true), []);
  const alone = differences(countsByModel(bids, SPANS[kind], false), theirs, []);
  line(
    w.name,
    theirs.length,
    verdict(d),
    verdict(byModel),
    seconds(one.cpuMs),
    seconds(answer.cpuMs),
    `${late.length} rows late for all their windows; 4 shards: by the rule of lateness, row by row`,
  );
  if (verdict(alone) !== 'equal') fail(`  the rule of lateness itself differs from Flink: ${verdict(alone)}`);
  if ([d, byModel].some((x) => verdict(x) !== 'equal')) wrong++;
  for (const x of [d, byModel]) show(x);
};

const began = performance.now();
const events = Number(values.events);
const jobs: FlinkJob[] = [];
const judges = new Map<string, (answer: FlinkAnswer) => Promise<void>>();
const add = (w: Wanted, by: (answer: FlinkAnswer) => Promise<void>): void => {
  const job = flinkStatements(w.name.replaceAll(' ', '-'), `${ddlFor(w.text)}\n;\n${w.text}`, {
    sources: flinkSources(w.dir),
    classes: CLASSES,
  });
  jobs.push({ name: w.name, ...job });
  judges.set(w.name, by);
};

try {
  for (const seed of seeds) {
    const dir = writeData(`seed-${seed}`, generate({ seed, events }));
    for (const query of QUERIES.filter((q) => wanted.includes(q))) {
      const w = {
        name: `${query} seed ${seed}`,
        dir,
        path: `test/nexmark/queries/${query}.sql`,
        text: textOf(query),
        table: `out_${query}`,
      };
      add(w, (answer) => judge(w, answer));
    }
  }
  if (wanted.includes('late')) {
    const rows = generate({ seed: 8, events, late: LATE_SHARE });
    const dir = writeData('late', rows);
    for (const kind of LATE) {
      const w = {
        name: `late ${kind}`,
        dir,
        path: `test/nexmark/late/${kind}.sql`,
        text: lateText(kind),
        table: 'counts',
      };
      add(w, (answer) => judgeLate(w, kind, answer, rows.bid));
    }
  }
  // Both are warm before they are timed.
  const [first] = jobs;
  if (first !== undefined) jobs.unshift({ ...first, name: 'warm-up' });
  say(`${events} events a seed; a watermark after every row; CPU seconds of one shard, all threads`);
  line('query', 'rows', '1 shard', `${SHARDS} shards`, 'ours', 'Flink');
  // Flink goes on with its next job while an answer is judged.
  let judged = Promise.resolve();
  await runFlink(
    jobs,
    (answer) => {
      const by = judges.get(answer.name);
      if (by !== undefined)
        judged = judged.then(() => by(answer)).catch((e: Error) => fail(`${answer.name}: ${e.message}`));
    },
    say,
  );
  await judged;
} catch (error) {
  if (!(error instanceof Missing)) throw error;
  fail(error.message);
} finally {
  rmSync(root, { recursive: true });
}
say(`${wrong === 0 ? 'all equal' : `${wrong} wrong`}, ${((performance.now() - began) / 1000).toFixed(0)} s`);
process.exitCode = wrong === 0 ? 0 : 1;
