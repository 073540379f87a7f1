// The traffic of each kind fits the pipeline that is there for it.
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compilePipeline } from '../../local/build/compile-pipeline.ts';
import { KINDS } from '../../local/generate/generate.ts';
import { eventsOf, schemasIn } from './given.ts';

const ROOMS = {
  shop: new URL('../../pipeline/', import.meta.url),
  sensor: new URL('../pipelines/sensor/', import.meta.url),
  meter: new URL('../pipelines/meter/', import.meta.url),
} as const;

describe.each(KINDS)('%s', (kind) => {
  test('compiles without a mistake, and has a query', async () => {
    const { errors, plan, types } = await compilePipeline(fileURLToPath(ROOMS[kind]));
    expect(errors).toEqual([]);
    expect(plan.queries.length).toBeGreaterThan(0);
    expect(new Set(eventsOf({ kind }).map((e) => e.type))).toEqual(new Set(types));
  });

  test('every event fits the schema of its type', () => {
    const schemas = schemasIn(ROOMS[kind]);
    expect(eventsOf({ kind }).filter((e) => schemas.get(e.type)?.(e.data) !== true)).toEqual([]);
  });
});
