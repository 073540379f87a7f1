// Functions are bundled with one log: no bundle of a stage on Kafka holds the Kinesis client, and none on Kinesis holds Kafka's.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compilePipeline } from '../../local/build/compile-pipeline.ts';
import { writeModule } from '../../local/build/write-module.ts';
import { resolveService } from '../../local/template/resolve.ts';
import { plain } from '../../local/template/tree.ts';
import { isFree, packagesIn } from '../bundle/licences.ts';

const root = resolve(import.meta.dirname, '../..');
mkdirSync(join(root, '.millrace'), { recursive: true });
const out = mkdtempSync(join(root, '.millrace/kafka-bundle-'));
afterAll(() => rmSync(out, { recursive: true }));
let pipeline = '';
beforeAll(async () => {
  const compiled = await compilePipeline(join(root, 'pipeline'));
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  pipeline = writeModule(compiled, join(out, 'pipeline.mjs'));
});

/** Inputs and KB of functions under the options that serverless.yml gives for a log. */
const bundled = async (log: string, functions: readonly string[] = ['validate', 'write-table']) => {
  const { custom } = plain(resolveService({ root, params: { log }, env: {} })) as { custom: { esbuild: object } };
  const { exclude: _, outputFileExtension: __, alias, ...options } = custom.esbuild as Record<string, object>;
  const { metafile } = await build({
    ...options,
    absWorkingDir: root,
    entryPoints: functions.map((f) => `functions/${f}/handler.ts`),
    outbase: root,
    outdir: join(out, log),
    outExtension: { '.js': '.mjs' },
    alias: { ...alias, '#pipeline': pipeline },
    metafile: true,
    logLevel: 'silent',
  });
  const files = Object.entries(metafile.outputs).filter(([name]) => name.endsWith('.mjs'));
  return {
    outputs: metafile.outputs,
    files: files.map(([name, { inputs, bytes }]) => ({
      name,
      inputs: Object.keys(inputs),
      kb: Math.round(bytes / 1024),
    })),
  };
};

describe('with the log', () => {
  test.each([
    ['kinesis', /@platformatic\/kafka/, 'shared/log/kinesis.ts', 1_000],
    ['kafka', /client-kinesis\//, 'shared/log/kafka.ts', 1_500],
  ])('%s', async (log, other, module, most) => {
    const { files, outputs } = await bundled(log);
    expect(files.length).toBe(2);
    for (const { name, inputs, kb } of files) {
      console.log(`${name.split('/').at(-2)} on ${log}: ${kb} KB`);
      expect(inputs).toContain(module);
      expect(inputs.filter((i) => other.test(i) || /^(?:local|test)\//.test(i))).toEqual([]);
      expect(kb).toBeLessThan(most);
    }
    expect(packagesIn(outputs, root).filter((u) => !isFree(u.licence))).toEqual([]);
  });

  test('kafka, a bundle loads alone: what the client reads beside itself is inside', async () => {
    await bundled('kafka');
    Object.assign(process.env, {
      ...{
        KAFKA_BROKERS: '127.0.0.1:1',
        KAFKA_AUTH: 'none',
        RESULTS_TABLE: 't',
        DATA_BUCKET: 'b',
        RUN: '1',
        AWS_REGION: 'us-east-1',
      },
      ...{ RAW_STREAM: 'r', VALIDATED_STREAM: 'v', LEDGER_TABLE: 'l', GROUPS: '4' },
    });
    for (const f of ['validate', 'write-table']) {
      const { handler } = await import(join(out, 'kafka/functions', f, 'handler.mjs'));
      expect(typeof handler).toBe('function');
    }
  });

  test('kinesis, write-topic has the client of its topics, and loads alone', async () => {
    const { files } = await bundled('kinesis', ['write-topic']);
    const [{ inputs, kb } = { inputs: [], kb: 0 }] = files;
    console.log(`write-topic on kinesis: ${kb} KB`);
    expect(inputs.filter((i) => /^(?:local|test)\//.test(i))).toEqual([]);
    expect(kb).toBeLessThan(1_500);
    Object.assign(process.env, {
      AWS_REGION: 'us-east-1',
      REFINED_STREAM: 'r',
      LEDGER_TABLE: 'l',
      DATA_BUCKET: 'b',
      GROUPS: '4',
      RUN: '1',
    });
    const { handler } = await import(join(out, 'kinesis/functions/write-topic/handler.mjs'));
    expect(typeof handler).toBe('function');
  });
});
