import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveService } from '../../local/template/resolve.ts';
import { plain } from '../../local/template/tree.ts';

const root = resolve(import.meta.dirname, '../..');
const { paramMistakes } = createRequire(import.meta.url)('../../local/deploy/params.cjs') as {
  paramMistakes(of: { known: unknown; given: readonly string[]; stage: string }): readonly string[];
};
const { params: known } = plain(resolveService({ root, env: {} })) as { params: Record<string, object> };
const mistakes = (...given: string[]) => paramMistakes({ known, given, stage: 'dev' });

describe('parameters of a deploy', () => {
  test('fewer key groups than shards are refused', () => {
    expect(mistakes('groups=4', 'shards=8')).toEqual([expect.stringContaining('fewer than --param shards=8')]);
  });

  test.each([
    [[]],
    [['retention=168', 'memory=3008', 'batch=10000', 'window=300', 'consumers=fan-out', 'data=Retain']],
    [['door=jwt', 'issuer=https://id.example/', 'audience=events']],
    [['domain=events.acme.example', 'certificate=arn:aws:acm:us-east-1:1:certificate/1']],
    [['origins=https://shop.example,http://localhost:3000']],
    [['bucket=acme-millrace-prod']],
    [['groups=64', 'shards=16', 'scale=on', 'scaleMin=2', 'scaleMax=64', 'scalePause=60']],
    [['shards=8']],
  ])('%j are fine', (given) => expect(mistakes(...given)).toEqual([]));

  test('those of every stage are fine', () => {
    for (const stage of Object.keys(known)) expect(paramMistakes({ known, given: [], stage })).toEqual([]);
  });

  test.each([
    ['dor=open', '--param dor: there is no such parameter; there are capacity, shards,'],
    ['transport=kafka', '--param transport: there is no such parameter'],
    ['retention=200', '--param retention=200: expected a whole number of hours from 24 to 168'],
    ['batch=10001', '--param batch=10001: expected a whole number of records from 1 to 10000'],
    ['memory=lots', '--param memory=lots: expected a whole number of MB'],
    ['groups=10', '--param groups=10: expected a power of two from 4'],
    ['scalePause=0', '--param scalePause=0: expected a whole number of minutes'],
    ['data=retain', '--param data=retain: expected Delete or Retain'],
    ['consumers=enhanced', '--param consumers=enhanced: expected shared or fan-out'],
    ['domain=a.example', '--param certificate is missing'],
    ['certificate=arn:x', '--param domain is missing'],
    ['origins=https://shop.example/', '"https://shop.example/" is no origin'],
    ['origins=*', '"*" is no origin'],
    ['ledgerTable=arn:aws:dynamodb:eu-north-1:1:table/a', 'the name of a table has 3 to 255 of'],
    ['bucket=Acme', '--param bucket=Acme: a bucket’s name'.replace('’', "'")],
  ])('%s is refused', (given, message) => {
    expect(mistakes(given).length).toBe(1);
    expect(mistakes(given)[0]).toContain(message);
  });

  test('all mistakes are told at once', () => {
    expect(mistakes('door=jwt', 'dor=open', 'window=-1').length).toBe(4);
  });
});
