import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { compilePipeline } from '../../local/build/compile-pipeline.ts';
import { describe, showSections } from '../../local/build/describe.ts';

const dir = mkdtempSync(join(tmpdir(), 'millrace-slow-'));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('check names an event type whose schema is beyond the scan, and the word that keeps it from it', async () => {
  mkdirSync(join(dir, 'schemas'), { recursive: true });
  const schemas = {
    'plain.v1': { type: 'object', properties: { a: { type: 'string' } } },
    'open.v1': { type: 'object', patternProperties: { '^x-': { type: 'string' } } },
  };
  for (const [type, schema] of Object.entries(schemas))
    writeFileSync(join(dir, `schemas/${type}.json`), JSON.stringify(schema));
  writeFileSync(join(dir, 'tables.sql'), '');
  const compiled = await compilePipeline(dir);
  expect(compiled.errors).toEqual([]);
  expect(showSections(describe(compiled, []), (text) => text)).toContain(
    'Checked by parsing, at two to three times the CPU of a scan\n' +
      '  open.v1  schemas/open.v1.json /patternProperties is beyond the scan of bytes',
  );
});
