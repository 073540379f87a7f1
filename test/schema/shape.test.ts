import { expect, test } from 'vitest';
import { type Shape, shapeOf } from '../../shared/schema/shape.ts';

/** A shape in words: `string (date)`, `{a: integer, …}` when others may follow, `{}` when none may. */
const words = (shape: Shape | undefined): string => {
  if (!shape) return 'nothing';
  const kinds = shape.kinds?.join('|') ?? 'any';
  const format = shape.format === null ? '' : ` (${shape.format})`;
  const fields = [...shape.properties].map(([name, part]) => `${name}: ${words(part)}`);
  const others = shape.others ? [`*: ${words(shape.others)}`] : shape.closed ? [] : ['…'];
  const object = fields.length > 0 || shape.closed || shape.others ? ` {${[...fields, ...others].join(', ')}}` : '';
  return `${kinds}${format}${object}${shape.items ? ` of ${words(shape.items)}` : ''}`;
};

test.each([
  [{ type: 'string', format: 'date' }, 'string (date)'],
  [{ type: ['integer', 'null'] }, 'integer'],
  [{ type: 'null' }, 'any'],
  [{ const: 3 }, 'integer'],
  [{ const: true, type: 'boolean' }, 'boolean'],
  [{ enum: ['a', 1.5, null] }, 'string|number'],
  [{ minimum: 3 }, 'any'],
  [true, 'any'],
  [{ type: 'array', items: { type: 'number' } }, 'array of number'],
  [{ type: 'object', properties: { a: { type: 'integer' } } }, 'object {a: integer, …}'],
  [{ type: 'object', properties: { a: {} }, additionalProperties: false }, 'object {a: any}'],
  [{ type: 'object', additionalProperties: { type: 'string' } }, 'object {*: string}'],
  [{ type: 'object', additionalProperties: false, patternProperties: { '^x': {} } }, 'object'],
  [{ $ref: '#/$defs/id', $defs: { id: { type: 'string' } } }, 'string'],
  [{ $ref: '#/$defs/a~1b', $defs: { 'a/b': { type: 'integer' } } }, 'integer'],
  [{ $ref: 'https://example.com/other.json' }, 'any'],
  [{ allOf: [{ type: ['string', 'integer'] }, { type: 'number' }] }, 'integer'],
  [{ allOf: [{ properties: { a: {} } }, { additionalProperties: false }] }, 'any {a: any}'],
  [{ anyOf: [{ properties: { a: {} }, additionalProperties: false }, { type: 'object' }] }, 'any {a: any, …}'],
  [
    { allOf: [{ properties: { a: { type: 'string' } } }, { properties: { a: { format: 'date' } } }] },
    'any {a: string (date), …}',
  ],
  [
    {
      anyOf: [
        { type: 'string', format: 'ipv4' },
        { type: 'string', format: 'ipv6' },
      ],
    },
    'string',
  ],
  [{ type: 'string', anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] }, 'string'],
  [{ oneOf: [{ type: 'string' }, { minimum: 1 }] }, 'any'],
])('%j is %s', (schema, expected) => {
  expect(words(shapeOf(schema as never))).toBe(expected);
});

test('a schema that holds itself ends somewhere', () => {
  const tree = { type: 'object', properties: { next: { $ref: '#' } } };
  expect(words(shapeOf(tree))).toMatch(/^object \{next: object \{next: .*any/);
});
