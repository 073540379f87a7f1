import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Context } from 'aws-lambda';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { LogLine } from '../../local/sandbox/capture.ts';
import { functionPool } from '../../local/sandbox/pool.ts';
import { type SandboxOptions, startSandbox } from '../../local/sandbox/sandbox.ts';
import type { FunctionTemplate } from '../../local/template/template.ts';
import { manualTiming } from './manual-timing.ts';

const project = resolve(import.meta.dirname, '../..');
const root = mkdtempSync(join(tmpdir(), 'millrace-sandbox-'));
afterAll(() => rmSync(root, { recursive: true }));
symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'));
writeFileSync(join(root, 'package.json'), JSON.stringify({ type: 'module', imports: { '#pipeline': './none.mjs' } }));
const put = (path: string, text: string): void => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
};
put('a.mjs', "export const pipeline = 'pipeline a';");
put('b.mjs', "export const pipeline = 'pipeline b';");
put('shared/once.ts', 'let n = 0; export const once = (): number => (n += 1);');
put('functions/f/part.ts', 'let n = 0; export const part = (): number => (n += 1);');
put(
  'functions/f/handler.ts',
  `import { Logger } from '@aws-lambda-powertools/logger';
   import { pipeline } from '#pipeline';
   import { once } from '../../shared/once.ts';
   import { part } from './part.ts';
   const env = { ...process.env };
   const logger = new Logger({ serviceName: 'f' });
   let calls = 0;
   export const handler = async (event: { wait?: Promise<void>; fail?: string; say?: string }, context: unknown) => {
     calls += 1;
     if (event.say) logger.info(event.say, { nested: { deep: 1 } });
     await event.wait;
     if (event.fail) throw new Error(event.fail);
     return { calls, once: once(), part: part(), pipeline, env, context };
   };`,
);
put('functions/broken/handler.ts', "throw new Error('missing in the environment: X');");

type Answer = { calls: number; once: number; part: number; pipeline: string; env: NodeJS.ProcessEnv; context: Context };
const fn: FunctionTemplate = {
  name: 'f',
  fullName: 'millrace-dev-f',
  file: 'functions/f/handler',
  export: 'handler',
  environment: { RAW_STREAM: 'millrace-dev-raw' },
  timeoutMs: 60_000,
  memoryMb: 1769,
  role: '',
  consumers: 'shared',
  triggers: [],
};
const timing = manualTiming();
let lines: LogLine[] = [];
beforeEach(() => {
  lines = [];
});
const options: SandboxOptions = {
  root,
  pipeline: join(root, 'a.mjs'),
  aws: { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_KINESIS: 'http://127.0.0.1:1' },
  log: (line) => lines.push(line),
  timing,
};
const answer = async (sandbox: { invoke: (event: unknown) => Promise<unknown> }, event: unknown = {}) =>
  ((await sandbox.invoke(event)) as { value: Answer }).value;

describe('a cold start', () => {
  test('begins with modules of its own; what functions share is loaded once', async () => {
    const [first, second] = [await startSandbox(fn, options), await startSandbox(fn, options)];
    expect(await answer(first)).toMatchObject({ calls: 1, part: 1, once: 1 });
    expect(await answer(first)).toMatchObject({ calls: 2, part: 2, once: 2 });
    expect(await answer(second)).toMatchObject({ calls: 1, part: 1, once: 3 });
  });

  test('sees its own environment and nothing of ours, and leaves ours as it was', async () => {
    process.env.OUTSIDE = 'yes';
    const sandbox = await startSandbox(fn, options);
    const { env } = await answer(sandbox);
    expect(env).toMatchObject({
      RAW_STREAM: 'millrace-dev-raw',
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_KINESIS: 'http://127.0.0.1:1',
      AWS_LAMBDA_FUNCTION_NAME: sandbox.caller,
    });
    expect(env.OUTSIDE).toBeUndefined();
    expect([process.env.OUTSIDE, process.env.RAW_STREAM]).toEqual(['yes', undefined]);
  });

  test('reads the pipeline it is given', async () => {
    const [a, b] = await Promise.all([
      startSandbox(fn, options),
      startSandbox(fn, { ...options, pipeline: join(root, 'b.mjs') }),
    ]);
    expect([(await answer(a)).pipeline, (await answer(b)).pipeline]).toEqual(['pipeline a', 'pipeline b']);
    expect(a.caller).not.toBe(b.caller);
  });

  test('that fails says why, and the next one is not held up', async () => {
    const broken = { ...fn, name: 'broken', file: 'functions/broken/handler' };
    await expect(startSandbox(broken, options)).rejects.toThrow('missing in the environment: X');
    await expect(startSandbox({ ...fn, export: 'main' }, options)).rejects.toThrow('exports no function "main"');
    expect(process.env.RAW_STREAM).toBeUndefined();
    expect(await functionPool(broken, options).invoke({})).toMatchObject({ kind: 'threw' });
    expect(await answer(await startSandbox(fn, options))).toMatchObject({ calls: 1 });
  });
});

describe('an invocation', () => {
  test('has a context as Lambda gives it', async () => {
    const { context } = await answer(await startSandbox(fn, options));
    expect(context).toMatchObject({
      functionName: 'millrace-dev-f',
      invokedFunctionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:millrace-dev-f',
      memoryLimitInMB: '1769',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(context.getRemainingTimeInMillis()).toBe(60_000);
    timing.advance(1_500);
    expect(context.getRemainingTimeInMillis()).toBe(58_500);
  });

  test('that throws', async () => {
    const sandbox = await startSandbox(fn, options);
    expect(await sandbox.invoke({ fail: 'no' })).toMatchObject({ kind: 'threw', error: { message: 'no' } });
    expect(await answer(sandbox)).toMatchObject({ calls: 2 });
  });

  test('that runs out of time is heard no more, goes on, and its sandbox takes no other', async () => {
    let release = (): void => undefined;
    const wait = new Promise<void>((resolve) => {
      release = resolve;
    });
    const pool = functionPool(fn, options);
    const slow = pool.invoke({ wait });
    await timing.settled();
    timing.advance(60_000);
    expect(await slow).toEqual({ kind: 'timed-out' });
    expect(await answer(pool)).toMatchObject({ calls: 1 });
    release();
    await timing.settled();
    expect(await answer(pool)).toMatchObject({ calls: 2 });
    expect(pool.starts).toBe(2);
  });

  test('logs where the run wants it, one line an entry, and not on the terminal', async () => {
    const sandbox = await startSandbox(fn, options);
    await sandbox.invoke({ say: 'hello' });
    expect(lines.map((l) => [l.from, l.stream])).toEqual([[sandbox.caller, 'stdout']]);
    expect(JSON.parse(lines[0]?.text ?? '')).toMatchObject({ message: 'hello', service: 'f', nested: { deep: 1 } });
    expect(lines[0]?.text).not.toContain('\n');
  });
});

describe('a function', () => {
  test('uses a warm sandbox again, and starts a second one only when the first is busy', async () => {
    const pool = functionPool(fn, options);
    expect([(await answer(pool)).calls, (await answer(pool)).calls, pool.starts]).toEqual([1, 2, 1]);
    const both = await Promise.all([answer(pool), answer(pool)]);
    expect(both.map((a) => a.calls).toSorted()).toEqual([1, 3]);
    expect(pool.starts).toBe(2);
  });

  test('starts cold after its sandboxes were dropped, also when one was running', async () => {
    const pool = functionPool(fn, options);
    await answer(pool);
    const running = answer(pool);
    pool.drop();
    expect((await running).calls).toBe(2);
    expect((await answer(pool)).calls).toBe(1);
  });
});
