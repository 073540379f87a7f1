// millrace run: the whole pipeline over files to their end.
import { join, resolve } from 'node:path';
import { NoBroker } from '../kafka/install.ts';
import { logChoice, withBrokers } from '../kafka/log-option.ts';
import { type RunOptions, runFiles } from '../run/run-files.ts';
import { readSecrets } from '../run/secrets-here.ts';
import { showSummary } from '../run/summary.ts';
import { CallError } from './call-error.ts';
import type { Call, ExitCode } from './commands.ts';
import { flagOf, listOf, numberOf, textOf } from './parse-call.ts';
import { PIPELINE, PROJECT } from './places.ts';
import { progress } from './progress.ts';

/** Kinesis' own default quota for one stream in most regions. */
const MOST_SHARDS = 200;

const timeOf = (call: Call, name: string): number | undefined => {
  const text = textOf(call, name);
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new CallError(`--${name} is "${text}"; write a time as 2026-01-31T12:00:00Z`);
  return time;
};

/** What this machine lacks is a mistake of the call, not of ours. */
const asCallError = (error: unknown): never => {
  throw error instanceof NoBroker ? new CallError(error.message) : error;
};

export const run = async (call: Call): Promise<ExitCode> => {
  const inputs = listOf(call, 'input');
  const out = textOf(call, 'out');
  if (inputs.length === 0) throw new CallError('millrace run needs --input [TABLE=]FILE, once or more');
  if (out === undefined) throw new CallError('millrace run needs --out DIR');
  const seed = numberOf(call, 'faults', 0, 0xffff_ffff) ?? null;
  const log = logChoice(textOf(call, 'log'), textOf(call, 'brokers'));
  if (typeof log === 'string') throw new CallError(log);
  if (log.kind === 'kafka' && seed !== null)
    throw new CallError(
      '--faults strikes the Kinesis of this machine; on Kafka, `npm run proof:kafka` stops the broker itself',
    );
  const bar = progress();
  const source = textOf(call, 'source');
  const options: RunOptions = {
    root: PROJECT,
    pipeline: textOf(call, 'pipeline') ?? PIPELINE,
    inputs,
    ...(source !== undefined && { source }),
    secrets: readSecrets(textOf(call, 'secrets')),
    out: resolve(out),
    destinations: listOf(call, 'destination'),
    shards: numberOf(call, 'shards', 1, MOST_SHARDS) ?? 1,
    seed,
    now: timeOf(call, 'now') ?? Date.now(),
    tell: bar,
  };
  const summary = await (log.kind === 'kinesis'
    ? runFiles(options)
    : withBrokers(log.brokers, bar.line, (brokers) => runFiles({ ...options, kafka: { brokers } })).catch(asCallError));
  bar.end();
  process.stderr.write(`${showSummary(summary, out)}\n`);
  const rejected = Object.values(summary.stages).reduce((sum, stage) => sum + stage.rejected, 0);
  if (rejected > 0)
    process.stderr.write(`  ${rejected} rejected: ${join(out, 'rejected.ndjson')} says which, and why.\n`);
  if (flagOf(call, 'json') === true) process.stdout.write(`${JSON.stringify(summary)}\n`);
  return summary.balanced ? 0 : 1;
};
