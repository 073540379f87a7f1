import { createHash } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Sha256 } from '../../../shared/aws/sha256.ts';
import { encode, signer, type ToSign } from '../../../shared/aws/signed/sign.ts';

/** Of AWS's test suite for Signature Version 4. */
const SUITE = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const SUITE_AT = Date.parse('2015-08-30T12:36:00Z');
/** Of the examples in the documentation of S3. */
const S3 = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const S3_AT = Date.parse('2013-05-24T00:00:00Z');

const signatureOf = (headers: Record<string, string>): string | undefined =>
  /Signature=(\w+)/.exec(headers.authorization ?? '')?.[1];

const plain = (more: Partial<ToSign> = {}): ToSign => ({
  method: 'GET',
  path: '/',
  headers: { host: 'example.amazonaws.com' },
  body: '',
  ...more,
});
const SESSION =
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==';

describe("AWS's published signatures", () => {
  test.each<[string, ToSign, string]>([
    ['get-vanilla', plain(), '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    ['post-vanilla', plain({ method: 'POST' }), '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
    // Its request is not encoded, so it is encoded once here.
    ['get-utf8', plain({ path: '/ሴ' }), '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85'],
    [
      'get-vanilla-query-order-key-case',
      plain({
        query: [
          ['Param2', 'value2'],
          ['Param1', 'value1'],
        ],
      }),
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'get-vanilla-utf8-query',
      plain({ query: [['ሴ', 'bar']] }),
      '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
    ],
    [
      'get-relative',
      plain({ path: '/example/..' }),
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    ['get-slash', plain({ path: '//' }), '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    ['get-slash-dot-slash', plain({ path: '/./' }), '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    [
      'post-x-www-form-urlencoded',
      plain({
        method: 'POST',
        headers: { host: 'example.amazonaws.com', 'content-type': 'application/x-www-form-urlencoded' },
        body: 'Param1=value1',
      }),
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
  ])('%s', (_, request, signature) => {
    expect(signatureOf(signer('service', 'us-east-1')(request, SUITE, SUITE_AT))).toBe(signature);
  });

  test('post-sts-header-before: the session token is signed', () => {
    const sign = signer('service', 'us-east-1');
    const signed = sign(plain({ method: 'POST' }), { ...SUITE, sessionToken: SESSION }, SUITE_AT);
    expect(signed.authorization).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token');
    expect(signatureOf(signed)).toBe('85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead');
  });

  const bucket = { host: 'examplebucket.s3.amazonaws.com' };
  test.each<[string, ToSign, string]>([
    [
      'an object is read by its range',
      { method: 'GET', path: '/test.txt', headers: { ...bucket, range: 'bytes=0-9' }, body: '' },
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ],
    [
      'an object is put',
      {
        method: 'PUT',
        path: '/test%24file.text',
        headers: {
          ...bucket,
          date: 'Fri, 24 May 2013 00:00:00 GMT',
          'x-amz-storage-class': 'REDUCED_REDUNDANCY',
        },
        body: 'Welcome to Amazon S3.',
      },
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    ],
    [
      'a setting of the bucket',
      { method: 'GET', path: '/', query: [['lifecycle', '']], headers: bucket, body: '' },
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    ],
    [
      'a list',
      {
        method: 'GET',
        path: '/',
        query: [
          ['max-keys', '2'],
          ['prefix', 'J'],
        ],
        headers: bucket,
        body: '',
      },
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ],
  ])('of S3: %s', (_, request, signature) => {
    expect(signatureOf(signer('s3', 'us-east-1')(request, S3, S3_AT))).toBe(signature);
  });
});

describe("the SDK's signer signs the same", () => {
  // The SDK keeps a query in a plain object.
  const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((w) => w !== '__proto__');
  const path = fc
    .array(
      word.filter((w) => w !== '.' && w !== '..'),
      { maxLength: 4 },
    )
    .map((parts) => `/${parts.map(encode).join('/')}`);
  const header = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
  const request = fc.record({
    method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE'),
    path,
    query: fc.uniqueArray(fc.tuple(word, word), { maxLength: 4, selector: ([name]) => name }),
    headers: fc.dictionary(
      fc.constantFrom('content-type', 'x-amz-target', 'x-amz-checksum-crc32', 'range', 'if-none-match', 'user-agent'),
      header,
    ),
    body: fc.uint8Array({ maxLength: 200 }),
  });
  const service = fc.constantFrom('dynamodb', 'kinesis', 's3', 'es');
  const credentials = fc.record(
    {
      accessKeyId: fc.stringMatching(/^[A-Z0-9]{16,20}$/),
      secretAccessKey: fc.stringMatching(/^[A-Za-z0-9/+]{40}$/),
      sessionToken: fc.stringMatching(/^[A-Za-z0-9/+=]{1,60}$/),
    },
    { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
  );
  const at = fc.integer({ min: Date.parse('2000-01-01'), max: Date.parse('2100-01-01') });

  test('any request, of any service, at any time, with and without a session', async () => {
    const region = 'eu-north-1';
    const signers = Object.fromEntries(['dynamodb', 'kinesis', 's3', 'es'].map((s) => [s, signer(s, region)]));
    await fc.assert(
      fc.asyncProperty(request, service, credentials, at, async (r, of, who, when) => {
        const host = 'host.example';
        const headers = { ...r.headers, host };
        const ours = signers[of]!({ ...r, headers }, who, when);
        const theirs = new SignatureV4({
          service: of,
          region,
          credentials: who as { accessKeyId: string; secretAccessKey: string },
          sha256: Sha256,
          uriEscapePath: of !== 's3',
          applyChecksum: of === 's3',
        });
        const hashed = createHash('sha256').update(r.body).digest('hex');
        const signed = await theirs.sign(
          {
            method: r.method,
            protocol: 'https:',
            hostname: host,
            path: r.path,
            query: Object.fromEntries(r.query),
            headers: { ...headers, ...(of === 's3' && { 'x-amz-content-sha256': hashed }) },
            body: r.body,
          },
          { signingDate: new Date(when) },
        );
        expect(ours.authorization).toBe(signed.headers.authorization);
      }),
      { numRuns: 400 },
    );
  });
});
