import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adaptBy } from '../../shared/adapters/adapt.ts';
import type { Json } from '../../shared/event/cloud-event.ts';
import { stringifyJson } from '../../shared/event/json.ts';
import { encodeAggregate } from '../../shared/event/kpl.ts';
import { LINE_FORMATS, type Source } from '../../shared/pipeline.ts';
import { AT, adapted, source } from './given.ts';
import * as samples from './samples.ts';

const TABLES = { '*': 'it.v1' };
const ALL: readonly Source[] = [
  source('cloudwatch-logs', { name: 'logs' }),
  source('iot', { name: 'iot' }),
  source('dms', { name: 'dms', tables: TABLES }),
  source('dynamodb', { name: 'dynamodb', tables: TABLES }),
  source('debezium', { name: 'debezium', tables: TABLES }),
  source('eventbridge', { name: 'eventbridge' }),
  source('sns', { name: 'sns' }),
  source('sqs', { name: 'sqs' }),
];
const records = { ...samples } as Readonly<Record<string, Json>>;

describe('which source a record is of', () => {
  test.each([
    ['LOGS', 'logs'],
    ['IOT', 'iot'],
    ['DMS', 'dms'],
    ['DYNAMODB', 'dynamodb'],
    ['DEBEZIUM', 'debezium'],
    ['EVENTBRIDGE', 'eventbridge'],
    ['SNS', 'sns'],
    ['SQS', 'sqs'],
  ])('%s is told by its shape, whatever the order of the file', (sample, name) => {
    const bytes = Buffer.from(stringifyJson(records[sample] ?? null));
    for (const sources of [ALL, ALL.toReversed()]) {
      const out = adaptBy(sources)?.([{ index: 0, partitionKey: 'k', bytes }], AT);
      expect(out?.ok && out.events.map((e) => [e.from?.name, e.refused])).toEqual(
        Array.from({ length: sample === 'LOGS' ? 2 : 1 }, () => [name, undefined]),
      );
    }
  });

  test('lines are of the source whose prefix their partition key has, the first in the file', () => {
    const lines = (name: string, prefix?: string) =>
      source('agent', { name, format: 'plain', types: [`${name}.v1`], ...(prefix === undefined ? {} : { prefix }) });
    const sources = [lines('web', 'web/'), lines('all', 'w'), lines('rest')];
    const types = ['web/1', 'w1', 'x'].map((key) => {
      const [event] = adapted('hello', sources, key);
      return typeof event === 'object' ? event.type : event;
    });
    expect(types).toEqual(['web.v1', 'all.v1', 'rest.v1']);
  });

  test.each<[string, Json | Buffer]>([
    ['a CloudEvent, even with data that looks like one', { specversion: '1.0', data: samples.DMS }],
    ['a plain event', { plain: 1, type: 'x', source: '/x', data: samples.LOGS }],
    ['broken JSON', Buffer.from('{"messageType":"DATA_MESSAGE","ts_ms":1,"record-type":')],
    ['JSON of another shape', { hello: 1 }],
  ])('%s is left as it came', (_, record) => {
    expect(adapted(record, ALL)).toEqual(['untouched']);
  });

  test('without an adapter in sources.yml nothing is done', () => {
    expect(adaptBy([source('http'), source('plain')])).toBeNull();
  });
});

test('indexes count over all events of a raw record, also behind records that hold none', () => {
  const control = { ...samples.LOGS, messageType: 'CONTROL_MESSAGE' };
  const inside = [samples.LOGS, control, { hello: 1 }, samples.LOGS].map((value, i) => ({
    partitionKey: `k${i}`,
    explicitHashKey: undefined,
    data: gzipSync(JSON.stringify(value)),
  }));
  const shown = adapted(Buffer.from(encodeAggregate(inside)), ALL);
  expect(shown.map((s) => (typeof s === 'string' ? s : (s.data as { message: string }).message))).toEqual([
    'START',
    '{"ms":12}',
    'untouched',
    'START',
    '{"ms":12}',
  ]);
});

test('a record that gives too many events is refused whole', () => {
  const [logEvent] = samples.LOGS.logEvents as readonly Json[];
  const record = { ...samples.LOGS, logEvents: Array.from({ length: 20_001 }, () => logEvent as Json) };
  expect(adapted(record, ALL)[0]).toMatch(/^body.gzip-bomb: .*20000 events/);
});

const BY_LINES = LINE_FORMATS.map((format) =>
  source('agent', {
    format,
    columns: [
      { name: 'a', type: 'text' },
      { name: 'b', type: 'integer' },
    ],
  }),
);
const run = (bytes: Uint8Array, sources: readonly Source[]) =>
  adaptBy(sources)?.([{ index: 0, partitionKey: '{"id":1}', bytes }], AT);

describe('hostile records never throw, and give the same twice', () => {
  const check = (bytes: Uint8Array): void => {
    for (const sources of [ALL, ...BY_LINES.map((s) => [s])]) expect(run(bytes, sources)).toEqual(run(bytes, sources));
    for (const one of ALL) run(bytes, [{ ...one, format: 'json' }]);
  };
  test('any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), check));
  });
  test('lines', () => {
    const line = fc.oneof(
      fc.constantFrom(samples.COMMON, samples.COMBINED, 'a,b', '"a,1', '"a"x,1', 'x,1\r', '\ufeffx,2', '{"a":1}', '{'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom('\n', '\r\n'), (ls, end) => check(Buffer.from(ls.join(end)))),
    );
  });
  /** Any part of a good record replaced by any JSON. */
  const broken = fc
    .constantFrom('LOGS', 'DMS', 'DEBEZIUM', 'DYNAMODB', 'IOT', 'EVENTBRIDGE', 'SNS', 'SQS')
    .chain((name) => {
      const text = JSON.stringify(records[name]);
      const values = [...text.matchAll(/(?<=[:[,])("(?:[^"\\]|\\.)*"(?!:)|-?\d+(?:\.\d+)?|true|false|null)/g)];
      const strange = fc.oneof(
        fc.json(),
        fc.constantFrom(
          '1e400',
          '-1',
          '99999999999999999999',
          '""',
          '"__proto__"',
          '{"__proto__":1}',
          '1e300',
          '[[]]',
          '"A"',
        ),
      );
      return fc.tuple(fc.constantFrom(...values), strange).map(([found, json]) => {
        return text.slice(0, found.index) + json + text.slice(found.index + found[0].length);
      });
    });
  test('good ones with one part replaced', () => {
    fc.assert(
      fc.property(broken, (text) => check(Buffer.from(text))),
      { numRuns: 400 },
    );
  });
});

test('a record on which an adapter throws leaves alone, with its source and the cause', () => {
  // A getter that throws stands for a bug: the adapters themselves are fuzzed not to have one.
  const trap = source('dms', { name: 'crm', tables: TABLES });
  Object.defineProperty(trap, 'tables', {
    get: () => {
      throw new TypeError('no tables');
    },
  });
  const users = [samples.DMS, { hello: 1 }].map((value, index) => ({
    index,
    partitionKey: 'k',
    bytes: Buffer.from(stringifyJson(value)),
  }));
  const out = adaptBy([trap])?.(users, AT);
  expect(out?.ok && out.events.map((e) => [e.from?.name, e.refused?.rule, e.refused?.cause])).toEqual([
    ['crm', 'adapter.threw', 'the adapter dms failed: no tables'],
    [undefined, undefined, undefined],
  ]);
});
