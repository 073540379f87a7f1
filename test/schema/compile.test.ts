import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../shared/event/json.ts';
import { compileSchemas } from '../../shared/schema/compile.ts';
import { inFolder, load, mistakes, root, type Types } from './given.ts';

const order = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['store', 'total'],
  additionalProperties: false,
  properties: {
    store: { enum: ['berlin', 'oslo'], 'x-key': true },
    total: { type: 'integer', minimum: 0 },
    placed_at: { type: 'string', format: 'date-time', 'x-time': true },
    buyer: {
      type: 'object',
      properties: { 'e/mail': { type: 'string', format: 'email' }, no: { type: ['integer', 'null'], 'x-id': true } },
    },
    lines: {
      type: 'array',
      items: { type: 'object', required: ['sku'], properties: { sku: { type: 'string', minLength: 2 } } },
    },
  },
};

describe('a compiled schema', () => {
  const good = { store: 'oslo', total: 3 };
  const checked = async (data: unknown) => (await load({ 'order.v1': order }))['order.v1']?.check(data);
  test.each<[string, unknown, unknown]>([
    ['passes what it allows', good, null],
    ['names the missing field', { store: 'oslo' }, { field: '/total', cause: 'is required', value: undefined }],
    [
      'names the field too many',
      { ...good, vat: 1 },
      { field: '/vat', cause: 'is not a property that the schema allows', value: 1 },
    ],
    [
      'names the values of an enum',
      { ...good, store: 'rome' },
      { field: '/store', cause: 'must be one of "berlin", "oslo"', value: 'rome' },
    ],
    ['names a wrong type', { ...good, total: '3' }, { field: '/total', cause: 'must be integer', value: '3' }],
    ['names a wrong whole', [], { field: '', cause: 'must be object', value: [] }],
    ['takes no data for a wrong whole', undefined, { field: '', cause: 'must be object', value: undefined }],
    ['names a bound', { ...good, total: -1 }, { field: '/total', cause: 'must be >= 0', value: -1 }],
    [
      'names an element',
      { ...good, lines: [{ sku: 'ab' }, { sku: 'a' }] },
      { field: '/lines/1/sku', cause: 'must NOT have fewer than 2 characters', value: 'a' },
    ],
    [
      'escapes a name',
      { ...good, buyer: { 'e/mail': 'x' } },
      { field: '/buyer/e~1mail', cause: 'must match format "email"', value: 'x' },
    ],
    [
      'refuses infinity',
      { ...good, total: Number.POSITIVE_INFINITY },
      { field: '/total', cause: 'must be integer', value: Number.POSITIVE_INFINITY },
    ],
  ])('%s', async (_, data, expected) => {
    expect(await checked(data)).toEqual(expected);
  });

  test('knows the fields it marks', async () => {
    expect((await load({ 'order.v1': order }))['order.v1']).toMatchObject({
      type: 'order.v1',
      time: ['placed_at'],
      id: ['buyer', 'no'],
      key: ['store'],
    });
  });

  test('looks at own properties only', async () => {
    const types = await load({ t: { type: 'object', required: ['toString', '__proto__'] } });
    expect(types.t?.check({})).toMatchObject({ field: '/toString' });
    expect(types.t?.check(JSON.parse('{"toString":1,"__proto__":2}'))).toBeNull();
  });

  test('takes a name __proto__ for a field like any other', async () => {
    const parsed = parseJson(Buffer.from('{"store":"oslo","total":1,"__proto__":{"vat":1}}'));
    expect(await checked(parsed.ok && parsed.value)).toMatchObject({ field: '/__proto__' });
  });

  test.each([
    ['passes as an integer', { n: 2n ** 60n }, null],
    ['passes inside a list', { list: [1, -(2n ** 70n)] }, null],
    [
      'is held to its bounds',
      { bounded: 2n ** 60n },
      { field: '/bounded', cause: 'must be <= 1000', value: 2n ** 60n },
    ],
    ['is no text', { text: 2n ** 60n }, { field: '/text', cause: 'must be string', value: 2n ** 60n }],
  ])('an integer beyond 2^53 %s', async (_, data, expected) => {
    const types = await load({
      t: {
        properties: {
          n: { type: 'integer' },
          list: { type: 'array', items: { type: 'integer' } },
          bounded: { maximum: 1000 },
          text: { type: 'string' },
        },
      },
    });
    expect(types.t?.check(data)).toEqual(expected);
  });

  test('of draft-07 stands beside one of 2020-12', async () => {
    const types = await load({
      old: {
        $schema: 'http://json-schema.org/draft-07/schema#',
        items: [{ type: 'string' }, { type: 'number' }],
        additionalItems: false,
      },
      new: { prefixItems: [{ type: 'string' }], items: false, $id: 'https://example.com/same' },
      other: {
        $id: 'https://example.com/same',
        $ref: '#/$defs/a',
        $defs: JSON.parse('{"a":{"if":{"minimum":1},"then":{"multipleOf":2}}}'),
      },
    });
    expect(types.old?.check(['a', 1])).toBeNull();
    expect(types.old?.check(['a', 'b'])).toMatchObject({ field: '/1', cause: 'must be number' });
    expect(types.new?.check(['a', 1])).toMatchObject({ field: '' });
    expect(types.other?.check(3)).toMatchObject({ cause: 'must be multiple of 2' });
    expect(types.other?.check(4)).toBeNull();
  });

  test('keeps text that looks like code inside its quotes', async () => {
    const types = await load({ t: { enum: ['require("fs")', "');process.exit(1);//", '`${'] } });
    expect(types.t?.check('require("fs")')).toBeNull();
    expect(types.t?.check('x')).toMatchObject({
      cause: 'must be one of "require(\\"fs\\")", "\');process.exit(1);//", "`${"',
    });
  });
});

test('the module of the sample pipeline runs in Node and in a bundle', () =>
  inFolder(async (folder) => {
    const schemas = join(root, 'pipeline/schemas');
    const files = readdirSync(schemas).map((name) => ({ path: name, text: readFileSync(join(schemas, name), 'utf8') }));
    const { source, errors, types } = compileSchemas(files);
    expect(errors).toEqual([]);
    const path = join(folder, 'schemas.mjs');
    writeFileSync(path, `${source}\nexport const answers = Object.values(types).map((t) => [t.type, t.check({})]);\n`);
    const bundle = join(folder, 'bundle.mjs');
    for (const mainFields of [['module', 'main'], ['main']])
      buildSync({
        entryPoints: [path],
        outfile: bundle,
        bundle: true,
        format: 'esm',
        platform: 'node',
        mainFields,
        logLevel: 'error',
      });
    const answers = (await import(pathToFileURL(path).href)) as { answers: unknown; types: Types };
    expect(Object.keys(answers.types)).toEqual(types.map((t) => t.type));
    for (const file of [path, bundle]) {
      const code = `import(${JSON.stringify(pathToFileURL(file).href)}).then((m) => console.log(JSON.stringify(m.answers)))`;
      const ran = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' });
      expect(ran.stderr).toBe('');
      expect(JSON.parse(ran.stdout)).toEqual(JSON.parse(JSON.stringify(answers.answers)));
    }
  }));

describe('a mistake in a schema names its line', () => {
  test.each<[string, string, readonly string[]]>([
    ['text that is no JSON', '{\n  "type": "object",\n}', ['order.v1.json:3:1: the file stops being JSON here']],
    ['a list', '[]', ['order.v1.json:1:1: a schema is a JSON object']],
    [
      'an unknown word',
      '{\n  "properties": {\n    "total": { "type": "number", "minimun": 0 } } }',
      ['order.v1.json:3:34: unknown keyword "minimun"; did you mean "minimum"?'],
    ],
    [
      'an unknown mark',
      '{"properties":{"a":{"type":"string","x-colour":true}}}',
      ['order.v1.json:1:37: unknown keyword "x-colour"; marks are x-time, x-id, x-key'],
    ],
    [
      'a word of the other draft',
      '{"additionalItems":false}',
      ['order.v1.json:1:2: "additionalItems" is a keyword of draft-07; this schema is 2020-12'],
    ],
    [
      '$dynamicRef',
      '{"$dynamicRef":"#x"}',
      [
        'order.v1.json:1:2: "$dynamicRef" is not supported: its target depends on who refers to the schema, which the compiled check cannot follow; use $ref',
      ],
    ],
    [
      'another dialect',
      '{"$schema":"http://json-schema.org/draft-04/schema#"}',
      [
        'order.v1.json:1:2: "$schema" is one of http://json-schema.org/draft-07/schema, https://json-schema.org/draft/2020-12/schema; without it, the latter',
      ],
    ],
    [
      'a wrong type',
      '{"properties":{\n"a":{"type":"text"}}}',
      [
        'order.v1.json:2:6: "type" must be equal to one of the allowed values: array, boolean, integer, null, number, object, string',
      ],
    ],
    [
      'an unknown format',
      '{"format":"datetime"}',
      ['order.v1.json:1:2: unknown format "datetime"; did you mean "date-time"?'],
    ],
    [
      'a bad pattern',
      '{"pattern":"["}',
      ['order.v1.json:1:2: no regular expression: Invalid regular expression: /[/u: Unterminated character class'],
    ],
    [
      'a reference to nothing',
      '{"properties":{\n"a":{"$ref":"#/$defs/no"}}}',
      ["order.v1.json:2:6: can't resolve reference #/$defs/no from id #"],
    ],
    [
      'a reference to another file',
      '{"$ref":"address.json"}',
      [
        'order.v1.json:1:2: "$ref" leads to a place inside the same file, such as "#/$defs/name"; this one is "address.json"',
      ],
    ],
    ['a name twice', '{"properties":{"a":{},\n"a":{}}}', ['order.v1.json:2:1: "a" stands here twice']],
    [
      'a mark twice',
      '{"properties":{"a":{"type":"string","x-id":true},\n"b":{"type":"string","x-id":true}}}',
      ['order.v1.json:2:22: x-id stands on /a already; a type has one such field'],
    ],
    [
      'a mark on an object',
      '{"properties":{"a":{"type":"object","x-key":true}}}',
      ['order.v1.json:1:37: x-key marks a property of type string, number, integer, boolean; this one is object'],
    ],
    [
      'a time that is true or false',
      '{"properties":{"a":{"type":"boolean","x-time":true}}}',
      ['order.v1.json:1:38: x-time marks a property of type string, number, integer; this one is boolean'],
    ],
    [
      'a mark without a type',
      '{"properties":{"a":{"x-key":true}}}',
      ['order.v1.json:1:21: x-key needs a property whose type is said; add "type": "string"'],
    ],
    [
      'a mark that is not true',
      '{"properties":{"a":{"type":"string","x-key":"yes"}}}',
      ['order.v1.json:1:37: x-key is set with true; leave it out where it does not apply'],
    ],
    [
      'a mark inside a list',
      '{"properties":{"a":{"type":"array","items":{"type":"string","x-id":true}}}}',
      [
        'order.v1.json:1:61: x-id marks a property of the event, reached through "properties" alone from the schema\'s root',
      ],
    ],
    [
      'a property that cannot be checked',
      '{"properties":{"__proto__":{}}}',
      ['order.v1.json:1:16: a property "__proto__" cannot be checked; choose another name'],
    ],
    [
      'two at once',
      '{"minimun":1,\n"maximun":1}',
      [
        'order.v1.json:1:2: unknown keyword "minimun"; did you mean "minimum"?',
        'order.v1.json:2:1: unknown keyword "maximun"; did you mean "maximum"?',
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(mistakes(text)).toEqual(expected);
  });

  test('and leaves the other schemas alone', () => {
    const { types, errors } = compileSchemas([
      { path: 'a.json', text: '{"typ":1}' },
      { path: 'b.json', text: '{}' },
    ]);
    expect(types.map((t) => t.type)).toEqual(['b']);
    expect(errors).toHaveLength(1);
  });

  test('no schema at all is a module without types', async () => {
    expect(compileSchemas([]).errors).toEqual([]);
    expect(await load({})).toEqual({});
  });
});
