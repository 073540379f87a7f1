// events/: every function has a sample that it takes, here and by the Serverless Framework.
import { execFile } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { startHere } from '../../local/run/here.ts';
import { loadPipeline, loadReferences } from '../../local/run/load-pipeline.ts';
import { functionPool } from '../../local/sandbox/pool.ts';
import { readTemplate } from '../../local/template/read-template.ts';

const root = resolve(import.meta.dirname, '../..');
const params = { deaggregate: 'enriched' };
const { functions } = readTemplate({ root, params, env: {} });
const fileOf = (name: string): string => join(root, 'events', `${name}.json`);

describe('the sample of', () => {
  const loaded = loadPipeline(join(root, 'pipeline'), root);
  test.each(functions.map((f) => [f.name, f] as const))('%s is taken whole', async (name, fn) => {
    expect(existsSync(fileOf(name)), `node local/generate/stage-samples.ts writes events/${name}.json`).toBe(true);
    const { compiled, path } = await loaded;
    const here = await startHere({ root, params, keepAll: true });
    try {
      await loadReferences(here, compiled);
      const errors: string[] = [];
      const log = ({ text }: { readonly text: string }): void =>
        void (/"level":"(ERROR|CRITICAL)"/.test(text) && errors.push(text));
      const pool = functionPool(fn, { root, pipeline: path, aws: here.aws, log });
      const outcome = await pool.invoke(JSON.parse(readFileSync(fileOf(name), 'utf8')));
      const isStream = fn.triggers.some((t) => t.kind === 'stream');
      const value =
        name === 'ingest'
          ? expect.objectContaining({ statusCode: 207 })
          : isStream
            ? { batchItemFailures: [] }
            : undefined;
      expect([outcome, errors]).toEqual([{ kind: 'returned', value }, []]);
    } finally {
      await here.close();
    }
  });
});

describe('serverless invoke local, without an account', { timeout: 90_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-invoke-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const run = (cwd: string, ...args: string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
      const env = {
        PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}`,
        HOME: dir, // no credentials of whoever runs this
        AWS_EC2_METADATA_DISABLED: 'true',
      };
      execFile('serverless', ['invoke', 'local', ...args], { cwd, env, timeout: 60_000 }, (error, stdout, stderr) =>
        done({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
      );
    });

  test('one function on its sample', async () => {
    const { code, stdout } = await run(root, '-f', 'aggregate', '-p', 'events/aggregate.json');
    expect([code, stdout.slice(stdout.lastIndexOf('{'))]).toEqual([
      0,
      expect.stringContaining('"batchItemFailures": []'),
    ]);
  });

  test('what throws ends with 1, and ends', async () => {
    const file = join(dir, 'null.json');
    writeFileSync(file, '{"Records":"none"}');
    const { code } = await run(root, '-f', 'validate', '-p', file);
    expect(code).toBe(1);
  });

  test('a handler that cannot load ends with 1, says why, and ends', async () => {
    for (const name of ['functions', 'resources', 'serverless.yml', 'package.json'])
      cpSync(join(root, name), join(dir, name), { recursive: true });
    for (const name of ['local', 'shared', 'pipeline', 'events', 'node_modules', '.millrace'])
      symlinkSync(join(root, name), join(dir, name));
    appendFileSync(join(dir, 'functions/archive/handler.ts'), "throw new Error('it cannot load');\n");
    const { code, stdout, stderr } = await run(dir, '-f', 'archive', '-p', 'events/archive.json');
    expect([code, `${stdout}${stderr}`]).toEqual([1, expect.stringContaining('it cannot load')]);
  });
});
