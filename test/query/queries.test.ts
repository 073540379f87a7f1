// Every file of test/queries: a query with example events and the rows they give, or a refusal.
//   -- fails: <part of a message>      the text is refused, with this in one of its mistakes
//   -- <table> {…}                     a row of that source or reference table, in the order of arrival
//   -- => {…}                          a row that a table which nothing reads holds at the end, as Flink has it
//   -- strict                          the watermark moves after every row; otherwise no row is late
//   -- late {…}                        a row that comes too late

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inputsOf } from '../../shared/query/sides.ts';
import { compile, planOf, play } from './given.ts';

const folder = new URL('../queries/', import.meta.url);
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.sql'))
  .map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }));

const expected = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => /^-- => (\{.*\})$/.exec(line)?.[1] ?? []);
const given = (text: string) =>
  text.split('\n').flatMap((line) => {
    const found = /^-- (\w+) (\{.*\})$/.exec(line);
    return found ? [{ table: found[1] ?? '', row: found[2] ?? '' }] : [];
  });
const refusals = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => /^-- fails: (.*)$/.exec(line)?.[1] ?? []);

const late = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => /^-- late (\{.*\})$/.exec(line)?.[1] ?? []);

describe('queries with their rows', () => {
  const accepted = files.filter((f) => refusals(f.text).length === 0);
  it.each(accepted)('$name', async ({ text }) => {
    const plan = planOf(text);
    const read = new Set(plan.queries.flatMap((q) => inputsOf(q).map((i) => i.table)));
    const rows = given(text).filter((x) => x.table !== 'late');
    const played = await play(plan, rows, /^-- strict$/m.test(text));
    const made = [...played.rows].filter(([table]) => !read.has(table)).flatMap(([, rows]) => rows);
    expect(expected(text)).not.toEqual([]);
    expect(played.rejected).toEqual([]);
    expect([...made].sort()).toEqual([...expected(text)].sort());
    const tooLate = played.late.map((l) => JSON.stringify((l.event as { data: unknown }).data));
    expect(tooLate.sort()).toEqual(
      late(text)
        .map((row) => JSON.stringify(JSON.parse(row)))
        .sort(),
    );
  });
});

describe('refusals with their reason', () => {
  const refused = files.filter((f) => refusals(f.text).length > 0);
  it('are at least a third of all files', () => {
    expect(refused.length * 3).toBeGreaterThanOrEqual(files.length);
  });
  it.each(refused)('$name', ({ text }) => {
    const { errors } = compile(text);
    const messages = errors.map((e) => e.message);
    for (const part of refusals(text)) expect(messages).toContainEqual(expect.stringContaining(part));
    expect(errors).toHaveLength(refusals(text).length);
    expect(messages.filter((m) => m.startsWith('bug in Millrace'))).toEqual([]);
  });
});
