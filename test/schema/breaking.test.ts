import { expect, test } from 'vitest';
import type { Json } from '../../shared/event/cloud-event.ts';
import { breakingChanges } from '../../shared/schema/breaking.ts';

const changes = (before: Json, after: Json) => breakingChanges(before, after).map((c) => `${c.field} ${c.message}`);
const object = (properties: Json, more: Record<string, Json> = {}): Json => ({ type: 'object', properties, ...more });

test.each<[string, Json, Json, readonly string[]]>([
  ['nothing', object({ a: { type: 'string' } }), object({ a: { type: 'string' } }), []],
  ['another description', { description: 'a' }, { description: 'b' }, []],
  [
    'a new optional field of a closed schema',
    object({}, { additionalProperties: false }),
    object({ a: { type: 'string' } }, { additionalProperties: false }),
    [],
  ],
  [
    'a new optional field of an open schema',
    object({}),
    object({ a: { type: 'string' } }),
    ['/a is checked now; old events may hold anything here'],
  ],
  ['a new required field', object({ a: {} }), object({ a: {} }, { required: ['a'] }), ['/a is required now']],
  ['a field no longer required', object({ a: {} }, { required: ['a'] }), object({ a: {} }), []],
  [
    'a type narrowed',
    object({ a: { type: ['string', 'null'] } }),
    object({ a: { type: 'string' } }),
    ['/a type narrowed: null no longer pass'],
  ],
  ['fractions refused', { type: 'number' }, { type: 'integer' }, [' type narrowed: fractions no longer pass']],
  ['fractions allowed', { type: 'integer' }, { type: 'number' }, []],
  ['a type widened', { type: 'string' }, { type: ['string', 'null'] }, []],
  ['a value removed', { enum: ['a', 'b'] }, { enum: ['b', 'c'] }, [' enum value "a" removed']],
  ['a value added', { enum: ['a'] }, { enum: ['a', 'b'] }, []],
  ['an enum added', {}, { enum: ['a'] }, [' enum added: only its values pass now']],
  ['a constant widened', { const: 'a' }, { enum: ['a', 'b'] }, []],
  ['a constant added', {}, { const: 1 }, [' const added or changed: only one value passes now']],
  [
    'the door closed',
    object({ a: {} }),
    object({ a: {} }, { additionalProperties: false }),
    [' additional properties are refused now'],
  ],
  [
    'a field removed behind a closed door',
    object({ a: {} }, { additionalProperties: false }),
    object({}, { additionalProperties: false }),
    ['/a is removed, and additional properties are refused'],
  ],
  ['a bound raised', { minimum: 1 }, { minimum: 2 }, [' minimum tightened from 1 to 2']],
  ['a bound loosened', { maxLength: 5 }, { maxLength: 6 }, []],
  ['a bound added', {}, { maxItems: 3 }, [' maxItems 3 added']],
  ['a pattern changed', { pattern: 'a' }, { pattern: 'b' }, [' pattern added or changed: compare by hand']],
  ['a pattern dropped', { pattern: 'a' }, {}, []],
  [
    'an element narrowed',
    { items: { type: 'string' } },
    { items: { type: 'string', minLength: 1 } },
    ['/* minLength 1 added'],
  ],
  ['everything refused', true, false, [' is refused now']],
])('%s', (_, before, after, expected) => {
  expect(changes(before, after)).toEqual(expected);
});
