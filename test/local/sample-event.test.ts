import { execFileSync } from 'node:child_process';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { sampleBody } from '../../local/start/sample-body.ts';
import { inShell, sampleOf } from '../../local/start/sample-event.ts';
import type { JsonObject } from '../../shared/event/cloud-event.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';

const NOW = Date.parse('2026-01-05T09:00:00Z');
const object = (properties: JsonObject, required = Object.keys(properties)): JsonObject => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

describe('what a schema takes is made up from it', () => {
  test.each<[string, JsonObject, unknown]>([
    ['text', object({ room: { type: 'string' } }), { room: 'my-room' }],
    ['short text', object({ room: { type: 'string', maxLength: 3 } }), { room: 'my-' }],
    ['a time as text', object({ at: { type: 'string', 'x-time': true } }), { at: '2026-01-05T09:00:00.000Z' }],
    ['a time in ms', object({ at: { type: 'integer', 'x-time': true } }), { at: NOW }],
    ['numbers', object({ n: { type: 'integer', minimum: 5 }, x: { type: 'number', maximum: -2 } }), { n: 5, x: -2 }],
    ['beyond a bound', object({ n: { type: 'integer', exclusiveMinimum: 1, multipleOf: 5 } }), { n: 5 }],
    ['one of some', object({ store: { enum: ['oslo', 'wien'] } }), { store: 'oslo' }],
    ['an address', object({ ip: { type: 'string', format: 'ipv4' } }), { ip: '192.0.2.1' }],
    ['a list', object({ l: { type: 'array', items: { type: 'boolean' }, minItems: 1 } }), { l: [true] }],
    ['an example', object({ zip: { type: 'string', pattern: '^\\d+$', examples: ['1010'] } }), { zip: '1010' }],
    ['what is optional stays away', object({ a: { type: 'null' }, b: { type: 'string' } }, ['a']), { a: null }],
    ['a reference', { $ref: '#/$defs/e', $defs: { e: object({ n: { type: 'number' } }) } }, { n: 1 }],
    ['what may be nothing', object({ n: { type: ['null', 'integer'] } }), { n: 1 }],
  ])('%s', (_, schema, expected) => {
    const ajv = new Ajv2020({ strict: false });
    formats.default(ajv);
    const made = sampleBody(schema, NOW);
    expect(made).toEqual(expected);
    expect(ajv.validate(schema, made)).toBe(true);
  });

  test('a schema that ends in itself ends', () => {
    expect(() => sampleBody({ ...object({ child: { $ref: '#' } }) }, NOW)).not.toThrow();
  });
});

const given = (type: string, takes: boolean): CompiledPipeline => ({
  plan: { version: 2, functions: [], tables: [], queries: [] },
  types: {
    [type]: {
      type,
      check: () => (takes ? null : { field: '', cause: 'no', value: null }),
      time: ['at'],
      id: null,
      key: null,
    },
  },
  enrichments: [],
  sources: [],
  references: {},
});
const schema = (field: JsonObject) => [
  { path: 'schemas/reading.v1.json', text: JSON.stringify(object({ at: { ...field, 'x-time': true } })) },
];

describe('the printed event', () => {
  test.each<[string, JsonObject, RegExp]>([
    ['text', { type: 'string', format: 'date-time' }, /^\{"at":"20\d\d-\d\d-\d\dT[\d:]+Z"\}$/],
    ['milliseconds', { type: 'integer' }, /^\{"at":\d{13}\}$/],
  ])('has the time of its sending, as %s', (_, field, printed) => {
    const sample = sampleOf(given('reading.v1', true), schema(field), 'shop');
    const line = execFileSync('sh', ['-c', `printf %s '${inShell(sample?.data ?? {})}'`]).toString();
    expect(line).toMatch(printed);
  });

  test('survives a quote', () => {
    expect(execFileSync('sh', ['-c', `printf %s '${inShell({ who: "o'neil" })}'`]).toString()).toBe(
      '{"who":"o\'neil"}',
    );
  });

  test('is none when its schema would refuse it', () => {
    expect(sampleOf(given('reading.v1', false), schema({ type: 'string' }), 'shop')).toBeNull();
  });
});
