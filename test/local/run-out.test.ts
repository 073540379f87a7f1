import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CallError } from '../../local/cli/call-error.ts';
import { NO_DOORS } from '../../local/run/doors.ts';
import { hintsOf } from '../../local/run/hints.ts';
import { clearOut, outFiles } from '../../local/run/out-folder.ts';
import type { RejectedEvent } from '../../shared/event/cloud-event.ts';
import type { TablePlan } from '../../shared/query/plan.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-out-'));
});
afterEach(() => rmSync(dir, { recursive: true }));
const put = (name: string, text = '') => writeFileSync(join(dir, name), text);
const summary = (...tables: string[]) =>
  put('summary.json', JSON.stringify({ stages: {}, rows: Object.fromEntries(tables.map((t) => [t, 1])) }));
const clear = (into = ['visits'], inputs: readonly string[] = []) => clearOut(dir, outFiles(into), inputs);

describe('--out', () => {
  test('loses what an earlier run wrote, also of a table that this one has not; nothing else', () => {
    for (const name of ['late.ndjson', 'rejected.ndjson', 'visits.ndjson', 'orders.ndjson', 'notes.ndjson', 'a.txt'])
      put(name);
    summary('visits', 'orders');
    clear();
    expect(readdirSync(dir).sort()).toEqual(['a.txt', 'notes.ndjson']);
  });

  test('may be a folder that is not there, is empty, or has only other files', () => {
    clearOut(join(dir, 'not-yet'), outFiles(['visits']), []);
    clear();
    put('notes.txt');
    clear();
    expect(readdirSync(dir)).toEqual(['notes.txt']);
  });

  test.each([
    ['a file of rows', () => put('visits.ndjson'), /visits\.ndjson, which no finished run wrote there/],
    ['a summary of something else', () => put('summary.json', '{"rows":3}'), /summary\.json, which no finished run/],
    ['what an earlier run did not write', () => [summary('orders'), put('visits.ndjson')], /has visits\.ndjson, which/],
  ])('is not written over: %s', (_, given, said) => {
    given();
    const before = readdirSync(dir);
    expect(() => clear()).toThrow(said);
    expect(() => clear()).toThrow(CallError);
    expect(readdirSync(dir)).toEqual(before);
  });

  test('keeps what this run reads', () => {
    summary('visits');
    put('rejected.ndjson');
    symlinkSync(join(dir, 'rejected.ndjson'), join(dir, 'again'));
    expect(() => clear(['visits'], [join(dir, 'again')])).toThrow('--input reads rejected.ndjson of --out');
    expect(existsSync(join(dir, 'rejected.ndjson'))).toBe(true);
  });

  test('a summary names no file elsewhere', () => {
    mkdirSync(join(dir, 'out'));
    put('other.ndjson');
    writeFileSync(join(dir, 'out/summary.json'), '{"stages":{},"rows":{"../other":1}}');
    clearOut(join(dir, 'out'), outFiles([]), []);
    expect(readdirSync(dir).sort()).toEqual(['other.ndjson', 'out']);
  });

  test('is no file', () => {
    put('file');
    expect(() => clearOut(join(dir, 'file'), [], [])).toThrow(/is a file; name a folder/);
  });
});

describe('a run says when it hardly did what was meant:', () => {
  const plan = {
    version: 2 as const,
    functions: [] as const,
    tables: [{ name: 'orders', types: ['order.v1'] } as unknown as TablePlan],
    queries: [],
  };
  const hints = (read: number, passed: number, rules: readonly string[], untyped = 0) =>
    hintsOf(
      { ingest: { ...NO_DOORS, in: read }, validate: { ...NO_DOORS, in: read, passed } },
      rules.map((rule) => ({ door: 'rejected', rule }) as RejectedEvent),
      { untyped },
      plan,
    );

  test.each([
    ['no lines', hints(0, 0, []), ['The input has no lines: nothing was done.']],
    ['all rejected', hints(3, 0, ['a', 'b', 'b']), ['No event passed: every line was rejected (2 × b, 1 × a).']],
    ['some rejected is no news here', hints(3, 2, ['a']), []],
    [
      'plain lines without a table',
      hints(3, 2, ['a'], 1),
      [
        '1 line is plain JSON in a file given without its table, so nothing says what type of event it is. ' +
          'Name the table: --input orders=FILE (tables: orders).',
      ],
    ],
  ])('%s', (_, said, expected) => expect(said).toEqual(expected));
});
