// millrace sql: one script over NDJSON files, without a pipeline; its rows on standard output.
import { existsSync, readFileSync } from 'node:fs';
import { showUserError } from '../../shared/user-error.ts';
import { wouldWork } from '../build/did-you-mean.ts';
import { runScript } from '../sql/run-script.ts';
import { CallError } from './call-error.ts';
import type { Call, ExitCode } from './commands.ts';
import { flagOf, numberOf, textOf } from './parse-call.ts';
import { progress } from './progress.ts';

const MOST_SHARDS = 64;

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** Waits where a reader is slow, and goes when it went. */
const print = (lines: Iterable<string>): void => {
  let text = '';
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length > 1_000_000) {
      process.stdout.write(text);
      text = '';
    }
  }
  process.stdout.write(text);
};

export const sql = async (call: Call): Promise<ExitCode> => {
  const path = call.words[0] ?? '';
  const data = textOf(call, 'data');
  if (data === undefined) throw new CallError('millrace sql needs --data DIR, the folder with <table>.ndjson');
  if (!existsSync(path)) throw new CallError(`${path}: no such file`);
  const shards = numberOf(call, 'shards', 1, MOST_SHARDS) ?? 1;
  const shardColumn = textOf(call, 'shard-column');
  const into = textOf(call, 'into');
  const bar = progress();
  const began = performance.now();
  const script = await runScript({
    files: [{ path, text: readFileSync(path, 'utf8') }],
    data,
    shards,
    ...(shardColumn !== undefined && { shardColumn }),
    strict: flagOf(call, 'strict') === true,
    tell: (rows, of) => {
      if (process.stderr.isTTY) bar.update(`${rows} of ${of} rows`);
    },
  });
  bar.end();
  if (!script.ok) {
    for (const error of script.errors) process.stderr.write(`${showUserError(error)}\n`);
    process.stderr.write(`millrace: ${counted(script.errors.length, 'mistake')}\n`);
    return 2;
  }
  const { played, ends } = script;
  const all = [...played.rows.keys()];
  if (into !== undefined && !all.includes(into))
    throw new CallError(`--into ${into}: no query writes there; ${wouldWork(into, all, 'queries write')}`);
  const [only, ...more] = into === undefined ? ends : [into];
  if (only !== undefined && more.length === 0) print(played.rows.get(only) ?? []);
  else for (const name of ends) print((played.rows.get(name) ?? []).map((row) => `{${JSON.stringify(name)}:${row}}`));
  const aside = [
    ...(played.late.length > 0 ? [`${played.late.length} late`] : []),
    ...(played.rejected.length > 0 ? [`${played.rejected.length} rejected`] : []),
  ];
  const told = ends.map((name) => `${counted(played.rows.get(name)?.length ?? 0, 'row')} into ${name}`);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stderr.write(`${[`${counted(script.rows, 'row')} in`, ...told, ...aside].join(', ')}, ${seconds} s\n`);
  const causes = new Set(played.rejected.map((r) => `${r.query ?? ''}: ${r.cause}`));
  for (const cause of [...causes].slice(0, 10)) process.stderr.write(`  rejected by ${cause}\n`);
  return 0;
};
