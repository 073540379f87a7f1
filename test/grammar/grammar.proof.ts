// PROOF=grammar: what we take, Flink's own parser takes, and binds as we do. GRAMMAR_TEXTS random scripts (default: 5,000) from
// FUZZ_SEED (default: today's date), random trees, the samples' scripts for Flink. Needs a JDK 17 and Maven 3.
import { globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compilePipeline } from '../../local/build/compile-pipeline.ts';
import { readFolder } from '../../local/build/read-folder.ts';
import { flinkScript } from '../../local/flink/script.ts';
import { type Answer, askFlink } from '../../local/proof/flink/grammar.ts';
import type { Statement } from '../../shared/query/ast.ts';
import { compileSql } from '../../shared/query/compile.ts';
import { printFile } from '../../shared/query/print/statements.ts';
import { anyStatement } from './any-statement.ts';
import { KNOWN } from './fuzz/catalogue.ts';
import { type Script, scriptOf } from './fuzz/script.ts';
import { read } from './places.ts';

const texts = Number(process.env.GRAMMAR_TEXTS ?? 5_000);
const seed = Number(process.env.FUZZ_SEED ?? new Date().toISOString().slice(0, 10).replaceAll('-', ''));
const HOUR = { timeout: 3_600_000 };

const refusals = (asked: readonly string[], answers: readonly Answer[]): readonly string[] =>
  answers.flatMap((a, i) => (a.kind === 'refused' ? [`${a.at} ${a.message.slice(0, 200)}\n${asked[i]}`] : []));

/** Texts that are written in two ways and that Flink reads differently. */
const otherwise = (a: readonly string[], one: readonly Answer[], two: readonly Answer[]): readonly string[] =>
  one.flatMap((x, i) => {
    const y = two[i];
    return x.kind === 'taken' && y?.kind === 'taken' && x.tree === y.tree ? [] : [a[i] ?? ''];
  });

const table = (rows: readonly (readonly [string, number, number])[]): string =>
  rows
    .map(([name, made, taken]) => `${name.padEnd(18)} ${String(made).padStart(6)} ${String(taken).padStart(6)}`)
    .join('\n');

test(`${texts} random scripts, seed ${seed}: those that we take, Flink takes and reads in the same way`, HOUR, () => {
  const counts = new Map<string, [number, number]>();
  const count = (kind: string, taken: boolean): void => {
    const [made, ours] = counts.get(kind) ?? [0, 0];
    counts.set(kind, [made + 1, ours + (taken ? 1 : 0)]);
  };
  const accepted: { readonly script: Script; readonly statements: readonly Statement[] }[] = [];
  for (let i = 0; i < texts; i++) {
    const script = scriptOf(seed * 1_000_000 + i);
    const { errors } = compileSql([{ path: 'fuzz.sql', text: script.text }], KNOWN);
    expect(
      errors.filter((e) => e.message.startsWith('bug in Millrace')),
      script.text,
    ).toEqual([]);
    for (const kind of script.mutated ? ['with a word changed'] : script.kinds) count(kind, errors.length === 0);
    if (errors.length === 0) accepted.push({ script, statements: read(script.text).statements });
  }
  const written = accepted.map((a) => a.script.text);
  const printed = accepted.map((a) => printFile(a.statements));
  const bracketed = accepted.map((a) => printFile(a.statements, { all: true }));
  const answers = askFlink([...written, ...printed, ...bracketed]);
  const n = accepted.length;
  const [first, second, third] = [answers.slice(0, n), answers.slice(n, 2 * n), answers.slice(2 * n)];
  const rows = [...counts].sort().map(([kind, [made, taken]]) => [kind, made, taken] as const);
  console.log(`${'kind'.padEnd(18)}   made  taken\n${table([...rows, ['all', texts, n]])}`);
  expect(refusals(written, first)).toEqual([]);
  expect(refusals(printed, second)).toEqual([]);
  expect(otherwise(printed, second, third)).toEqual([]);
  expect(n / texts).toBeGreaterThan(0.6);
  for (const [kind, made, taken] of rows)
    if (kind !== 'with a word changed') expect(taken / made, kind).toBeGreaterThan(0.5);
});

/** Types and intervals that our reader takes and our checks refuse, as Flink's grammar does. */
const REFUSED = /INTERVAL ''(?!')|WITH TIME ZONE|(VARCHAR|TIMESTAMP)\(\d+, /;

test('random trees of any shape: what our reader takes, Flink takes and reads in the same way', HOUR, () => {
  const trees = fc
    .sample(anyStatement, { numRuns: texts, seed })
    .filter((statement) => !REFUSED.test(printFile([statement])));
  const printed = trees.map((statement) => printFile([statement]));
  const bracketed = trees.map((statement) => printFile([statement], { all: true }));
  const answers = askFlink([...printed, ...bracketed]);
  const [first, second] = [answers.slice(0, trees.length), answers.slice(trees.length)];
  console.log(`${trees.length} trees`);
  expect(refusals(printed, first)).toEqual([]);
  expect(otherwise(printed, first, second)).toEqual([]);
});

test('the scripts that millrace flink writes of the sample pipelines', HOUR, async () => {
  const scripts: string[] = [];
  for (const dir of ['pipeline', ...globSync('test/pipelines/*')]) {
    const { plan, enrichments, errors } = await compilePipeline(dir);
    expect(errors).toEqual([]);
    const written = flinkScript({ sql: readFolder(dir).sql, plan, enrichments });
    // Destinations that Flink has no connector for are told; their pipelines have no script.
    expect(written.errors.filter((e) => !e.message.includes('Flink has no connector'))).toEqual([]);
    if (written.errors.length === 0) scripts.push(written.text);
  }
  console.log(`${scripts.length} pipelines`);
  expect(refusals(scripts, askFlink(scripts))).toEqual([]);
});

test('the queries of the tests that are not refused', HOUR, () => {
  const files = globSync('test/queries/*.sql').map((file) => readFileSync(file, 'utf8'));
  const taken = files.filter((text) => !text.includes('-- fails:'));
  console.log(`${taken.length} files`);
  expect(taken.length).toBeGreaterThan(20);
  expect(refusals(taken, askFlink(taken))).toEqual([]);
});
