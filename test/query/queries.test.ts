// Every file of test/queries; example.ts says what stands in one.
import { describe, expect, it, test } from 'vitest';
import { FUNCTIONS } from '../../shared/query/functions/index.ts';
import { queryFiles } from './example.ts';
import { compile, endsOf, planOf, play } from './given.ts';

const files = queryFiles();
const asJson = (row: string): string => JSON.stringify(JSON.parse(row));

describe('queries with their rows', () => {
  const accepted = files.filter((f) => f.fails.length === 0);
  it.each(accepted)('$name', async ({ text, given, expected, late }) => {
    const plan = planOf(text);
    const played = await play(plan, given);
    const rows = endsOf(plan).flatMap((table) => played.rows.get(table) ?? []);
    expect(expected).not.toEqual([]);
    expect(played.rejected).toEqual([]);
    expect([...rows].sort()).toEqual([...expected].sort());
    const tooLate = played.late.map((l) => JSON.stringify((l.event as { data: unknown }).data));
    expect(tooLate.sort()).toEqual(late.map(asJson).sort());
  });
});

test('every function stands in a file whose rows are Flink’s', () => {
  const judged = files.filter((f) => f.fails.length === 0 && f.notByFlink === null).map((f) => f.text.toUpperCase());
  // `FLOOR TO` is a form of FLOOR.
  const isIn = (name: string) => judged.some((text) => new RegExp(`\\b${name.split(' ')[0]}\\s*\\(`).test(text));
  expect([...FUNCTIONS.keys()].filter((name) => !isIn(name))).toEqual([]);
});

describe('refusals with their reason', () => {
  const refused = files.filter((f) => f.fails.length > 0);
  it('are at least a third of all files', () => {
    expect(refused.length * 3).toBeGreaterThanOrEqual(files.length);
  });
  it.each(refused)('$name', ({ text, fails }) => {
    const { errors } = compile(text);
    const messages = errors.map((e) => e.message);
    for (const part of fails) expect(messages).toContainEqual(expect.stringContaining(part));
    expect(errors).toHaveLength(fails.length);
    expect(messages.filter((m) => m.startsWith('bug in Millrace'))).toEqual([]);
  });
});
