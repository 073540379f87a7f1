// Framings in sources.yml: what is read, and what is said of mistakes.
import { describe, expect, test } from 'vitest';
import { readSources } from '../../local/build/sources.ts';

const read = (source: string) =>
  readSources({ path: 'sources.yml', text: `- {name: s, types: [a.v1], ${source}}\n` }, ['a.v1']);

test('the registry of the account needs no more; another has its address, and a secret for its password', () => {
  expect(read('adapter: plain, framing: glue, match: {prefix: o/}').sources[0]).toMatchObject({
    prefix: 'o/',
    framing: { kind: 'glue', registry: null, secret: null },
  });
  expect(
    read("adapter: http, framing: confluent, registry: 'https://r:8081', secret: acme/r").sources[0],
  ).toMatchObject({
    framing: { kind: 'confluent', registry: 'https://r:8081', secret: 'acme/r' },
  });
});

describe('mistakes are named', () => {
  test.each<[string, string]>([
    ['adapter: plain, framing: glu', 'framing is "glu"; did you mean "glue"? (it may be: glue, confluent)'],
    [
      'adapter: plain, framing: confluent',
      'framing confluent needs registry: its address, such as https://registry.example:8081; a password goes into secret',
    ],
    [
      "adapter: plain, framing: confluent, registry: 'https://a:b@r'",
      'framing confluent needs registry: its address, such as https://registry.example:8081; a password goes into secret',
    ],
    [
      "adapter: plain, framing: glue, registry: 'https://r'",
      "registry is for framing confluent; the Glue Schema Registry is the account's own",
    ],
    [
      "adapter: debezium, tables: {'*': a.v1}, registry: 'https://r'",
      'registry is for a source with framing: glue or confluent',
    ],
    [
      'adapter: plain, match: {prefix: o/}',
      'match is for a source with framing; records of plain say themselves what they are',
    ],
    [
      'adapter: dms, framing: glue, tables: {t: a.v1}',
      'framing means nothing to the adapter dms; it takes match, tables, remember, restarts',
    ],
  ])('%s', (source, message) => expect(read(source).errors.map((e) => e.message)).toEqual([message]));
});
