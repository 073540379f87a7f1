import { expect, test } from 'vitest';
import { keyOf } from '../../shared/event/key-of.ts';
import { types } from './given.ts';

const order = types['order.v1'];
test.each([
  ['partitionkey', { partitionkey: 'p', subject: 's', id: 'i', data: { store: 'x' } }, 'p'],
  ['the marked field', { subject: 's', id: 'i', data: { store: 'x' } }, 'x'],
  ['a number as text', { id: 'i', data: { store: 7 } }, '7'],
  ['subject when the field is missing', { subject: 's', id: 'i', data: {} }, 's'],
  ['subject when the field is a list', { subject: 's', id: 'i', data: { store: [] } }, 's'],
  ['id', { id: 'i', data: { store: '' } }, 'i'],
  ['nothing', { data: null }, undefined],
])('the key of an event is %s', (_, event, expected) => {
  expect(keyOf(event, order)).toBe(expected);
});
