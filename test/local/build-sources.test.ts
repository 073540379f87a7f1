import { expect, test } from 'vitest';
import { readSources } from '../../local/build/sources.ts';
import { showUserError } from '../../shared/user-error.ts';

const TYPES = ['order.v1', 'payment.v1'];
const read = (text: string) => readSources({ path: 'sources.yml', text }, TYPES);
const said = (text: string) => read(text).errors.map(showUserError).join('\n');

test('a source with all its fields', () => {
  const { sources, errors } = read(`
- name: payments
  adapter: plain
  types: [payment.v1]
  deduplicate: 24h
  transport: 60s
  ticks: off
  producer: kpl
`);
  expect(errors).toEqual([]);
  expect(sources).toEqual([
    {
      name: 'payments',
      adapter: 'plain',
      types: ['payment.v1'],
      deduplicate: 86_400_000,
      transport: 60_000,
      ticks: false,
      producer: 'kpl',
    },
  ]);
});

test('what is not said has the default', () => {
  expect(read('- name: web\n  adapter: http\n').sources).toEqual([
    { name: 'web', adapter: 'http', types: [], deduplicate: null, transport: 5_000, ticks: true, producer: 'any' },
  ]);
});

test.each([
  ['a mistyped field', '- name: web\n  adapter: http\n  dedupe: 24h', 'sources.yml:3:3: unknown field "dedupe"'],
  ['a near field', '- name: web\n  adapter: http\n  tick: on', 'did you mean "ticks"?'],
  ['an unknown adapter', '- name: web\n  adapter: htp', 'sources.yml:2:12: adapter is "htp"; did you mean "http"?'],
  [
    'an unknown type',
    '- name: web\n  adapter: http\n  types: [order.v2]',
    'sources.yml:3:11: unknown event type "order.v2"; did you mean "order.v1"?',
  ],
  ['no duration', '- name: web\n  adapter: http\n  transport: soon', 'sources.yml:3:14: transport is no duration'],
  ['no adapter', '- name: web', 'sources.yml:1:9: source "web" names no adapter'],
  [
    'a name twice',
    '- {name: a, adapter: http}\n- {name: a, adapter: http}',
    'sources.yml:2:10: a source named "a" stands in this file already',
  ],
  ['no list', 'web: {adapter: http}', 'sources.yml is a list'],
  ['broken YAML', '- name: [', 'sources.yml:1:'],
  ['a field twice', '- name: a\n  name: b\n  adapter: http', 'sources.yml:2:3: Map keys must be unique'],
])('%s is refused with its place', (_, text, message) => {
  expect(said(text)).toContain(message);
});

test('all mistakes come together', () => {
  expect(read('- name: A\n  adapter: x\n  types: [y]\n  z: 1').errors).toHaveLength(4);
});
