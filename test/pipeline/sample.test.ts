// The sample in pipeline/: its files agree with one another.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compilePipeline } from '../../local/build/compile-pipeline.ts';
import enrichments from '../../pipeline/enrichments/shop.ts';
import { compileSchemas } from '../../shared/schema/compile.ts';
import { sampleSchemas } from '../generate/given.ts';

const ROOM = new URL('../../pipeline/', import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, ROOM), 'utf8');
const filesIn = (folder: string): readonly string[] =>
  readdirSync(new URL(folder, ROOM)).map((name) => `${folder}/${name}`);

const schemas = compileSchemas(filesIn('schemas').map((path) => ({ path, text: textOf(path) })));
const types = schemas.types.map((t) => t.type);

/** `-- orders {…}` lines are events or rows that come in, `-- => {…}` rows that come out. */
const example = (sql: string) => {
  const found = [...sql.matchAll(/^-- (\w+|=>) (\{.*\})$/gm)].map(([, name, json]) => ({
    name: name as string,
    row: JSON.parse(json as string),
  }));
  return { rows: found.filter((f) => f.name === '=>'), inputs: found.filter((f) => f.name !== '=>') };
};

test('the schemas compile, and each marks its event time and its key', () => {
  expect(schemas.errors).toEqual([]);
  expect(types.toSorted()).toEqual(['order.v1', 'page_view.v1', 'payment.v1']);
  expect(schemas.types.filter((t) => t.time === null || t.key === null)).toEqual([]);
});

test('it compiles without a mistake', async () => {
  const { errors, sources, references, plan } = await compilePipeline(fileURLToPath(ROOM));
  expect(errors).toEqual([]);
  expect(plan.queries.map((q) => `queries/${q.name}.sql`).toSorted()).toEqual(filesIn('queries').toSorted());
  expect(references.map((r) => r.name)).toEqual(['products']);
  expect(sources.flatMap((s) => s.types).toSorted()).toEqual(types.toSorted());
  expect(sources.map((s) => [s.name, s.deduplicate, s.transport, s.ticks])).toEqual([
    ['shop', null, 5_000, true],
    ['payments', 86_400_000, 5_000, true],
  ]);
});

describe('examples', () => {
  const schemaOf = sampleSchemas();
  const typeOf: Readonly<Record<string, string>> = {
    orders: 'order.v1',
    page_views: 'page_view.v1',
    payments: 'payment.v1',
  };
  const added = new Set(enrichments.map((e) => e.as));

  test.each(filesIn('queries'))('%s has one, whose events fit their schema', (path) => {
    const { inputs, rows } = example(textOf(path));
    expect(inputs.length).toBeGreaterThan(0);
    expect(rows.length).toBeGreaterThan(0);
    for (const { name, row } of inputs) {
      const type = typeOf[name];
      const sent = Object.fromEntries(Object.entries(row).filter(([field]) => !added.has(field)));
      if (type === undefined) expect(textOf('tables.sql')).toContain(`CREATE TABLE ${name} (`);
      else expect(schemaOf.get(type)?.(sent)).toBe(true);
    }
  });
});

describe('enrichments', () => {
  test('stand on types that exist, each under a name of its own', () => {
    expect(enrichments.flatMap((e) => e.on).filter((type) => !types.includes(type))).toEqual([]);
    expect(new Set(enrichments.map((e) => e.name)).size).toBe(enrichments.length);
  });

  test.each([
    [0, 'small'],
    [24.99, 'small'],
    [25, 'medium'],
    [99.99, 'medium'],
    [100, 'large'],
    [499.99, 'large'],
    [500, 'huge'],
  ])('a basket of %d euro is %s', (total, basket) => {
    const own = enrichments.find((e) => e.kind === 'pure');
    expect(own?.apply({ total })).toBe(basket);
  });
});
