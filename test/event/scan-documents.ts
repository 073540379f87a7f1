// Documents for the comparison of the scan with the plain path: events of several schemas, as producers write them and as nobody
// should. A seed makes one document.
import { type Rng, rngOf } from '../../local/generate/rng.ts';
import { ARRIVAL } from './given.ts';

export const SCHEMAS: Readonly<Record<string, unknown>> = {
  order: {
    type: 'object',
    required: ['no', 'total', 'toString', 'extra'],
    additionalProperties: false,
    properties: {
      no: { type: 'string', minLength: 2, maxLength: 6, 'x-id': true },
      total: { type: 'number', minimum: -1.5, exclusiveMaximum: 1e6 },
      count: { type: 'integer', minimum: 1, maximum: 9 },
      store: { enum: ['berlin', 'straße', 'a"b', 7, null, true] },
      kind: { const: 'order' },
      placed: { type: 'string', format: 'date-time', 'x-time': true },
      country: { type: 'string', pattern: '^[A-Z]{2}$' },
      ip: { type: 'string', anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] },
      step: { type: ['number', 'null'], multipleOf: 0.5 },
      lines: {
        type: 'array',
        minItems: 1,
        maxItems: 3,
        items: { type: 'object', required: ['sku'], properties: { sku: { type: 'string', minLength: 2 } } },
      },
      наме: { $ref: '#/$defs/name' },
      toString: true,
      extra: {},
    },
    $defs: { name: { type: 'string', maxLength: 4 } },
  },
  reading: {
    type: ['object', 'null'],
    required: ['meta'],
    properties: {
      meta: { type: 'object', required: ['ts'], properties: { ts: { type: ['integer', 'string'], 'x-time': true } } },
      on: { type: 'boolean' },
      v: { exclusiveMinimum: 0 },
    },
    additionalProperties: {
      type: ['string', 'number', 'boolean', 'null', 'array'],
      maxLength: 5,
      items: { type: 'number' },
    },
  },
  anything: {},
  visit: { type: 'object', properties: { at: { format: 'date-time', type: 'string' }, page: { type: 'string' } } },
};

const TEXTS = [
  '',
  'a',
  'ab',
  'abcdef',
  'abcdefg',
  'berlin',
  'straße',
  'DE',
  '東京',
  '🚲🚲',
  'order',
  '/p?q=1#f',
  'a b',
  'x'.repeat(300),
];
/** As JSON text: what is right in one place and wrong in the next. */
const RAW = [
  ...[
    'null',
    'true',
    'false',
    '0',
    '-0',
    '1',
    '9',
    '10',
    '0.5',
    '-1.5',
    '-1.51',
    '1e3',
    '1E-2',
    '1.0',
    '999999.99',
    '1e6',
    '1e400',
  ],
  ...[
    '123456789012345',
    '1'.repeat(310),
    '1234567890123456',
    '9007199254740993',
    '0.1234567890123456789',
    '01',
    '1.',
    '.5',
    '-',
    '+1',
    '1e',
    'NaN',
  ],
  ...[
    '"\\u0041B"',
    '"\\ud83d\\ude00"',
    '"\\ud800"',
    '"\\x"',
    '"\\u12"',
    '"\u0007"',
    '"a\\"b"',
    '"D\\u0045"',
    '"\u007f"',
    '"\ufdd0"',
  ],
  ...[
    '[]',
    '[1]',
    '[1,2,3,4]',
    '[1,]',
    '{}',
    '{"a":1,}',
    '{"sku":"ab"}',
    '[{"sku":"ab"}]',
    '[{"sku":"a"}]',
    '[{}]',
    'tru',
    'nul',
    '""',
  ],
  ...[
    '"2026-03-01T11:00:00.000Z"',
    '"2026-03-01T12:00:00.000+01:00"',
    '"2026-02-30T11:00:00.000Z"',
    '"2026-03-01 11:00:00"',
  ],
  ...[
    '"2026-03-01T23:59:60Z"',
    '"0000-01-01T00:00:00.000Z"',
    '1772362800000',
    '"1.2.3.4"',
    '"::1"',
    '"1.2.3"',
    '"1.0"',
    '"2.0"',
  ],
  ...[
    `[${'['.repeat(61)}${']'.repeat(61)}]`,
    `${'['.repeat(64)}${']'.repeat(64)}`,
    '"/a%20b"',
    '"/a%2"',
    '"application/json"',
    '"//"',
  ],
];
const NAMES = [
  ...[
    'no',
    'total',
    'count',
    'store',
    'kind',
    'placed',
    'country',
    'ip',
    'step',
    'lines',
    'наме',
    'toString',
    'extra',
    'meta',
    'ts',
  ],
  ...[
    'on',
    'v',
    'at',
    'page',
    'sku',
    'id',
    'source',
    'type',
    'time',
    'specversion',
    'data',
    'data_base64',
    'subject',
    'partitionkey',
  ],
  ...[
    'traceparent',
    'dataschema',
    'datacontenttype',
    'millrace',
    '__proto__',
    'constructor',
    'ext',
    'Ext',
    '',
    'n\\u006f',
    'n\\/o',
  ],
];

const TIMES = ['2026-03-01T11:00:00.000Z', '2026-03-01T11:59:59.999Z', '2024-02-29T00:00:00.000Z'];
/** The last and the first instant that pass, and their neighbours that do not. */
const ODD_TIMES = [
  ...['2026-03-01T12:05:00.000Z', '2026-03-01T12:05:00.001Z', '0001-01-01T00:00:00.000Z', '0000-12-31T23:59:59.999Z'],
];
const space = (r: Rng): string => (r.chance(0.06) ? r.pick([' ', '\n', '\t', '\r\n', '  ']) : '');
const object = (r: Rng, members: readonly (readonly [string, string])[]): string => {
  const order = r.chance(0.2) ? members.toSorted(() => r.below(3) - 1) : members;
  return `{${order.map(([n, v]) => `${space(r)}"${n}"${space(r)}:${space(r)}${v}${space(r)}`).join(',')}}`;
};
const q = (text: string): string => JSON.stringify(text);

const dataOf = (r: Rng, type: string, time: string): string => {
  if (type === 'order')
    return object(r, [
      ['no', q(r.pick(['o1', 'o12345', 'ßß']))],
      ['total', r.pick(['1', '12.5', '-1.5', '-1.51', '0', '99999.99', '3e2', '1000000'])],
      ...(r.chance(0.5) ? ([['count', r.pick(['1', '9', '2.0', '1.5', '10'])]] as const) : []),
      ...(r.chance(0.5)
        ? ([['store', r.pick(['"berlin"', '"straße"', '"a\\"b"', '7', 'null', 'true'])]] as const)
        : []),
      ...(r.chance(0.5) ? ([['kind', '"order"']] as const) : []),
      ...(r.chance(0.5) ? ([['placed', q(time)]] as const) : []),
      ...(r.chance(0.5) ? ([['country', r.pick(['"DE"', '"\\u0044E"'])]] as const) : []),
      ...(r.chance(0.3) ? ([['ip', r.pick(['"1.2.3.4"', '"::1"'])]] as const) : []),
      ...(r.chance(0.3) ? ([['step', r.pick(['1.5', 'null', '2'])]] as const) : []),
      ...(r.chance(0.3)
        ? ([['lines', r.pick(['[{"sku":"ab"}]', '[{"sku":"ab","x":[1,{}]},{"sku":"東京"}]'])]] as const)
        : []),
      ...(r.chance(0.3) ? ([['наме', r.pick(['"abcd"', '"東京🚲🚲"'])]] as const) : []),
      ['toString', '1'],
      ['extra', r.pick(['[[{"a":[]}]]', 'null', '"x"'])],
    ]);
  if (type === 'reading')
    return object(r, [
      ['meta', object(r, [['ts', r.chance(0.5) ? String(Date.parse(time)) : q(time)]])],
      ...(r.chance(0.5) ? ([['on', 'true']] as const) : []),
      ...(r.chance(0.5) ? ([['v', r.pick(['0.25', '"x"', '[]'])]] as const) : []),
      ...(r.chance(0.5) ? ([['more', r.pick(['"abc"', '1', '[1,2.5]', 'null'])]] as const) : []),
    ]);
  if (type === 'anything') return r.pick(RAW);
  return object(r, [
    ['at', q(r.pick([time, '2026-03-01T11:00:00+01:00']))],
    ['page', q(r.pick(TEXTS))],
  ]);
};

const eventOf = (r: Rng): string => {
  const type = r.pick(Object.keys(SCHEMAS));
  const time = r.chance(0.9) ? r.pick(TIMES) : r.pick(ODD_TIMES);
  return object(r, [
    ['specversion', '"1.0"'],
    ['id', q(`e${r.below(1000)}`)],
    ['source', r.pick(['"/shop"', '"https://a.example/b?c=d"', '"/a%20b"'])],
    ['type', q(type)],
    ...(r.chance(0.95) ? ([['time', q(time)]] as const) : []),
    ...(r.chance(0.2) ? ([['subject', q(r.pick(['s', 'Zürich', 'a b']))]] as const) : []),
    ...(r.chance(0.2) ? ([['partitionkey', '"k"']] as const) : []),
    ...(r.chance(0.1) ? ([['ext', r.pick(['1', '-5', 'true', '"x"', '2147483648', '1.5'])]] as const) : []),
    ...(r.chance(0.1) ? ([['datacontenttype', '"application/json"']] as const) : []),
    ['data', dataOf(r, type, time)],
  ]);
};

const VALUE = /"(?:[^"\\]|\\.)*"(?!\s*:)|-?\d[\d.eE+-]*|true|false|null/g;
const NAME = /"((?:[^"\\]|\\.)*)"(?=\s*:)/g;
const swap = (r: Rng, text: string, what: RegExp, by: () => string): string => {
  const found = [...text.matchAll(what)];
  const one = found.length === 0 ? undefined : r.pick(found);
  return one === undefined ? text : text.slice(0, one.index) + by() + text.slice(one.index + one[0].length);
};

/** One change that a careless or hostile producer might make. */
const bend = (r: Rng, bytes: Buffer): Buffer<ArrayBuffer> => {
  const text = bytes.toString();
  switch (r.below(7)) {
    case 0:
      return Buffer.from(swap(r, text, VALUE, () => r.pick(RAW)));
    case 1:
      return Buffer.from(swap(r, text, NAME, () => `"${r.pick(NAMES)}"`));
    case 2:
      return Buffer.from(swap(r, text, /,/g, () => `,"${r.pick(NAMES)}":${r.pick(RAW)},`));
    case 3:
      return Buffer.from(swap(r, text, VALUE, () => q(r.pick(TEXTS))));
    case 4: {
      const at = r.below(bytes.length);
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + r.below(4))]);
    }
    case 5: {
      const copy = Buffer.from(bytes);
      copy[r.below(copy.length)] = r.below(256);
      return copy;
    }
    default: {
      const at = r.below(bytes.length + 1);
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(r.pick(['{', '}', '[', ']', ',', ':', '"', '\\', ' ', '0', 'e', '\u0000'])),
        bytes.subarray(at),
      ]);
    }
  }
};

/** `bends`: how many changes were made to an event that is right, or nearly so. */
export const documentOf = (seed: number): { readonly bytes: Buffer; readonly bends: number } => {
  const r = rngOf(seed);
  let bytes: Buffer = Buffer.from(eventOf(r));
  const bends = r.pick([0, 1, 1, 1, 2, 3]);
  for (let i = 0; i < bends && bytes.length > 0; i++) bytes = bend(r, bytes);
  return { bytes, bends };
};

export const DOCUMENT_ARRIVAL = ARRIVAL;
