import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { mskToken } from '../../shared/aws/msk-token.ts';

const env = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  AWS_SESSION_TOKEN: 'a+session/token==',
};
const at = new Date('2026-01-05T09:00:00Z');
const urlOf = async (given: object = env): Promise<URL> => {
  const token = await mskToken(given as typeof env, at);
  expect(token).toMatch(/^[\w-]+$/); // base64url without padding
  return new URL(Buffer.from(token, 'base64url').toString());
};

describe('the token for Amazon MSK', () => {
  test('is a presigned URL of kafka-cluster:Connect in the region, in force for 15 minutes', async () => {
    const url = await urlOf();
    expect([url.protocol, url.host, url.pathname]).toEqual(['https:', 'kafka.eu-west-1.amazonaws.com', '/']);
    const { 'X-Amz-Signature': signature, ...query } = Object.fromEntries(url.searchParams);
    expect(signature).toMatch(/^[0-9a-f]{64}$/);
    expect(query).toEqual({
      Action: 'kafka-cluster:Connect',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'AKIDEXAMPLE/20260105/eu-west-1/kafka-cluster/aws4_request',
      'X-Amz-Date': '20260105T090000Z',
      'X-Amz-Expires': '900',
      'X-Amz-Security-Token': 'a+session/token==',
      'X-Amz-SignedHeaders': 'host',
      'User-Agent': 'millrace',
    });
  });

  test('bears the signature that Signature Version 4 describes, which leaves the user agent out', async () => {
    const url = await urlOf();
    const enc = (s: string): string =>
      encodeURIComponent(s).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
    const query = [...url.searchParams]
      .filter(([name]) => name !== 'X-Amz-Signature' && name !== 'User-Agent')
      .map(([name, value]) => `${enc(name)}=${enc(value)}`)
      .sort()
      .join('&');
    const sha = (s: string): string => createHash('sha256').update(s).digest('hex');
    const hmac = (key: string | Buffer, s: string): Buffer => createHmac('sha256', key).update(s).digest();
    const canonical = ['GET', '/', query, `host:${url.host}`, '', 'host', sha('')].join('\n');
    const scope = '20260105/eu-west-1/kafka-cluster/aws4_request';
    const toSign = ['AWS4-HMAC-SHA256', '20260105T090000Z', scope, sha(canonical)].join('\n');
    const key = ['eu-west-1', 'kafka-cluster', 'aws4_request'].reduce<Buffer>(
      hmac,
      hmac(`AWS4${env.AWS_SECRET_ACCESS_KEY}`, '20260105'),
    );
    expect(url.searchParams.get('X-Amz-Signature')).toBe(hmac(key, toSign).toString('hex'));
  });

  test('without a session there is no session token in it', async () => {
    const { AWS_SESSION_TOKEN: _, ...lasting } = env;
    expect((await urlOf(lasting)).searchParams.has('X-Amz-Security-Token')).toBe(false);
  });

  test('what is missing in the environment is said, all at once', async () => {
    await expect(mskToken({ AWS_REGION: 'eu-west-1' }, at)).rejects.toThrow('AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY');
  });
});
