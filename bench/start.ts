// Goal 7: what a cold start loads: bytes of each function's bundle, and the processor's time to load it in a fresh process, beside the
// stack that such functions usually have.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Bundle, bundleFolder, bundles, bundling, kbOf } from './bundles.ts';
import { type Bench, type Goal, timesLess } from './goal.ts';
import { PEERS, peers } from './peers.ts';

const ROUNDS = 11;
/** The functions between streams, and the one whose load is measured beside them. */
const MEASURED = ['validate', 'enrich', 'transform', 'aggregate', 'refine', 'write-table', 'archive'];
const isMeasured = ({ file }: Bundle): boolean => MEASURED.some((m) => file.endsWith(`functions/${m}/handler.mjs`));

/** What a function of this kind imports where everything comes from packages. */
const TYPICAL = `
import { DynamoDBClient, UpdateItemCommand, TransactWriteItemsCommand, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';
import middy from '@middy/core';
import Ajv from 'ajv';
const logger = new Logger();
export const kept = [new DynamoDBClient({}), new KinesisClient({}), new Metrics({ namespace: 'n' }), new Tracer(), new BatchProcessor(EventType.KinesisDataStreams)];
export const commands = [UpdateItemCommand, TransactWriteItemsCommand, GetItemCommand, PutRecordsCommand, processPartialResponse];
const check = new Ajv().compile({ type: 'object', properties: { a: { type: 'string' } } });
export const handler = middy(async (event) => check(event)).use(injectLambdaContext(logger));
`;

type Loaded = { readonly file: string; readonly environment: Readonly<Record<string, string>> };

/** ms of CPU that importing the file takes in a process of its own. */
const load = ({ file, environment }: Loaded): number => {
  const script = `const c = process.cpuUsage(); await import(${JSON.stringify(`file://${file}`)});
    const { user, system } = process.cpuUsage(c); process.stdout.write(String((user + system) / 1000), () => process.exit(0));`;
  const env = { PATH: process.env.PATH, ...environment, AWS_REGION: 'us-east-1', POWERTOOLS_TRACE_ENABLED: 'false' };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    env: env as NodeJS.ProcessEnv,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout.trim().split('\n').at(-1));
};
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

export const startBench: Bench = async (tell) => {
  const { folder } = peers(tell);
  const out = bundleFolder();
  try {
    const all = await bundles(out);
    const own = join(folder, 'typical.mjs');
    writeFileSync(own, TYPICAL);
    const typical = join(out, 'typical.mjs');
    const { entryPoints: _, outbase: __, outdir: ___, alias: ____, outExtension: _____, ...options } = bundling();
    await build({ ...options, entryPoints: [own], outfile: typical });
    const empty = join(out, 'empty.mjs');
    writeFileSync(empty, 'export const handler = 1;\n');
    const measured = all.filter(isMeasured);
    // The same functions with the SDK's clients: what the other carrier costs.
    const sdk = (await bundles(join(out, 'sdk'), { client: 'sdk' })).filter(isMeasured);
    const files: readonly (Loaded & { readonly name: string })[] = [
      { name: 'empty', file: empty, environment: {} },
      { name: 'typical', file: typical, environment: {} },
      ...measured,
      ...sdk.map((b) => ({ ...b, name: `${b.name} sdk` })),
    ];
    const samples = new Map(files.map((f) => [f.name, [] as number[]]));
    for (let round = -1; round < ROUNDS; round++)
      for (const f of files) {
        const ms = load(f);
        if (round >= 0) samples.get(f.name)?.push(ms);
      }
    const base = median(samples.get('empty') ?? []);
    const cpu = (name: string): number => median(samples.get(name) ?? []) - base;
    const whole = { kb: kbOf(typical), ms: cpu('typical') };
    const every = all.toSorted((a, b) => b.kb - a.kb)[0] as Bundle;
    const largest = measured.toSorted((a, b) => b.kb - a.kb)[0] as (typeof measured)[number];
    const stack = 'typical stack';
    const goals: Goal[] = [
      {
        goal: '7',
        what: `largest function between streams (${largest.name}), minified`,
        figure: largest.kb,
        unit: 'KB',
        most: 560,
        peer: { name: stack, figure: whole.kb, unit: 'KB' },
      },
      {
        goal: '7',
        what: `its share of the typical stack's bytes`,
        figure: (100 * largest.kb) / whole.kb,
        unit: '%',
        most: 63,
      },
      {
        goal: '7',
        what: `its share of the typical stack's load CPU`,
        figure: (100 * cpu(largest.name)) / whole.ms,
        unit: '%',
        most: 40,
        ours: cpu(largest.name),
        peer: { name: stack, figure: whole.ms, unit: 'ms' },
      },
      { goal: '7', what: `largest function of all (${every.name}), minified`, figure: every.kb, unit: 'KB', most: 560 },
      ...sdk.map((b): Goal => {
        const ours = measured.find((m) => m.name === b.name) as Bundle;
        const peer = { name: 'with client=sdk', figure: cpu(`${b.name} sdk`), unit: 'ms' };
        const note = `${ours.kb} KB, with client=sdk ${b.kb} KB`;
        return { ...timesLess('7', `load of ${b.name}, by carrier of its calls`, cpu(b.name), peer), note };
      }),
      ...measured.map((b) =>
        timesLess('7', `load of ${b.name}`, cpu(b.name), { name: stack, figure: whole.ms, unit: 'ms' }),
      ),
      ...all.map((b): Goal => ({ goal: '7', what: `bundle of ${b.name}`, figure: b.kb, unit: 'KB' })),
    ];
    return { goals, versions: { ...PEERS } };
  } finally {
    rmSync(out, { recursive: true });
  }
};
