import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { geoFile, geoLookup } from '../../shared/enrich/geo.ts';

/** MaxMind's test databases, where the machine has them: they are not part of the project. */
const FOLDER = process.env.GEO_TEST_DATA ?? '../shared/data/geo';
const file = (name: string) => join(FOLDER, `GeoLite2-${name}-Test.mmdb`);

describe.skipIf(!existsSync(file('City')))('with a database', () => {
  test('a city database names place and country', () => {
    expect(geoLookup(readFileSync(file('City')))('81.2.69.142')).toEqual({
      continent: 'EU',
      country: 'GB',
      region: 'ENG',
      city: 'London',
      latitude: 51.5142,
      longitude: -0.0931,
      timezone: 'Europe/London',
      asn: null,
      organization: null,
    });
  });
  test('an ASN database names the network', () => {
    expect(geoLookup(readFileSync(file('ASN')))('1.128.0.0')).toMatchObject({
      asn: 1221,
      organization: 'Telstra Pty Ltd',
      country: null,
    });
  });
  test.each(['10.0.0.1', '::1', 'localhost', '', '999.1.1.1', '81.2.69.142:80', '0x7f.1', '1'.repeat(10_000)])(
    '%s is nowhere',
    (ip) => {
      expect(geoLookup(readFileSync(file('City')))(ip)).toBeNull();
    },
  );
});

test('no file: no look-up; a file that is no database stops the start, by name', () => {
  expect(geoFile(undefined)).toBeUndefined();
  expect(geoFile('')).toBeUndefined();
  const broken = join(mkdtempSync(join(tmpdir(), 'geo-')), 'broken.mmdb');
  writeFileSync(broken, 'not a database');
  expect(() => geoFile(broken)).toThrow(
    expect.objectContaining({ code: 'setting.invalid', message: expect.stringContaining(broken) }),
  );
  expect(() => geoFile('/nowhere.mmdb')).toThrow(/GEO_DATABASE=\/nowhere\.mmdb/);
});
