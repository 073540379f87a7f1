// docs/sql.md: every statement compiles, every refusal is refused with the way round that the page gives.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadFunctions } from '../../local/build/functions.ts';
import { knownSchemas } from '../../local/build/known-schemas.ts';
import { readFolder } from '../../local/build/read-folder.ts';
import { schemaTable } from '../../local/build/schema-table.ts';
import { runScript } from '../../local/sql/run-script.ts';
import { compileSql } from '../../shared/query/compile.ts';
import { FUNCTIONS } from '../../shared/query/functions/index.ts';
import { OPEN } from '../../shared/schema/shape.ts';
import { readPage, samplesOf } from './samples.ts';

const page = readPage('docs/sql.md');
const samples = samplesOf(page);
const blocks = samples.filter((s) => s.language === 'sql').map((s) => s.body);

/** The page's functions as a build finds them: each block of TypeScript is the file that stands behind it. */
const dir = mkdtempSync(join(import.meta.dirname, '../../.millrace-test-'));
mkdirSync(join(dir, 'functions'));
for (const s of samples.filter((sample) => sample.language === 'ts'))
  writeFileSync(join(dir, 'functions', basename(s.note)), s.body);
const functions = await loadFunctions(dir, [{ path: 'page.sql', text: blocks.join('\n') }]);
rmSync(dir, { recursive: true });

const compile = (...texts: readonly string[]) =>
  compileSql(
    texts.map((text, i) => ({ path: `${i}.sql`, text })),
    { types: ['order.v1', 'refund.v1'], functions: functions.known },
  );

const refused = [...page.matchAll(/^\| `(.+)` \| (.+) \|$/gm)].map(([, sql = '', wayRound = '']) => ({
  sql,
  wayRound,
}));

describe('docs/sql.md', () => {
  test('has no statement with a mistake', () => {
    const { plan, errors } = compile(blocks.join('\n'));
    expect([...functions.errors, ...errors].map((e) => e.message)).toEqual([]);
    expect(plan.functions.map((fn) => [fn.name, fn.flink])).toEqual([['city_of', 'com.example.City']]);
    expect(plan.queries.map((q) => (q.kind === 'window' ? q.window.kind : q.kind)).sort()).toEqual(
      // The union is two queries, the rollup one for each set of keys.
      [
        'cumulate',
        'hop',
        'interval',
        'running',
        'running',
        'session',
        'stateless',
        'stateless',
        'stateless',
        'stateless',
        'stateless',
        'tumble',
        'tumble',
        'tumble',
        'tumble',
      ],
    );
  });

  test('lists refusals', () => expect(refused.length).toBeGreaterThanOrEqual(8));

  test.each(refused)('$sql is refused with the way round', ({ sql, wayRound }) => {
    const { errors } = compile(blocks.filter((b) => b.startsWith('CREATE')).join('\n'), `${sql};`);
    expect(errors.map((e) => e.message.replace(/^Flink takes this, .*? Way round: /, ''))).toEqual([wayRound]);
  });

  test('shows the table of a schema as it is written', () => {
    const shown = samples.find((s) => s.body.startsWith('CREATE TABLE payment_v1'))?.body;
    const { shape = OPEN } = knownSchemas(readFolder('pipeline').schemas, []).get('payment.v1') ?? {};
    expect(schemaTable('payment.v1', shape, ['paid_at'])).toBe(shown);
  });

  test('names every function', () => {
    const part = page.slice(page.indexOf('## Functions'), page.indexOf('## Functions of your own'));
    const shown = (name: string): string => name.replace(/^(\w+) TO$/, '$1(… TO unit)');
    expect([...FUNCTIONS.keys()].filter((name) => !part.includes(`\`${shown(name)}\``))).toEqual([]);
  });
});

test('what millrace sql prints is what the page says', async () => {
  const at = samples.findIndex((s) => s.body.startsWith('CREATE TABLE bid'));
  const bids = [
    { auction: 1, price: 30, at_time: '2026-03-01 12:00:10.000' },
    { auction: 1, price: 20, at_time: '2026-03-01 12:00:59.999' },
    { auction: 2, price: 5, at_time: '2026-03-01 12:01:00.000' },
  ];
  const data = mkdtempSync(join(tmpdir(), 'millrace-page-'));
  writeFileSync(join(data, 'bid.ndjson'), bids.map((b) => JSON.stringify(b)).join('\n'));
  const script = await runScript({ files: [{ path: 'bids.sql', text: samples[at]?.body ?? '' }], data });
  rmSync(data, { recursive: true });
  if (!script.ok) throw new Error(JSON.stringify(script.errors));
  expect(`${script.played.rows.get('per_minute')?.join('\n')}\n`).toBe(samples[at + 1]?.body);
});
