// Where calls go and who signs them, by the environment.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { credentialsOf } from '../../../shared/aws/signed/credentials.ts';
import { openDoor } from '../../../shared/aws/signed/service.ts';
import { answer, startWire, type Wire } from './given.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
const urlIn = (env: Record<string, string>) =>
  openDoor({ service: 'DYNAMODB', prefix: 'dynamodb' }, { env: { ...KEYS, ...env } }).url.href;

test.each([
  [{ AWS_REGION: 'eu-north-1' }, 'https://dynamodb.eu-north-1.amazonaws.com/'],
  [{ AWS_DEFAULT_REGION: 'us-gov-west-1' }, 'https://dynamodb.us-gov-west-1.amazonaws.com/'],
  [{ AWS_REGION: 'cn-north-1' }, 'https://dynamodb.cn-north-1.amazonaws.com.cn/'],
  [{ AWS_REGION: 'us-iso-east-1' }, 'https://dynamodb.us-iso-east-1.c2s.ic.gov/'],
  [{ AWS_REGION: 'us-isob-east-1' }, 'https://dynamodb.us-isob-east-1.sc2s.sgov.gov/'],
  [{ AWS_REGION: 'eu-north-1', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }, 'http://127.0.0.1:1/'],
  [{ AWS_REGION: 'x', AWS_ENDPOINT_URL: 'http://a', AWS_ENDPOINT_URL_DYNAMODB: 'http://b' }, 'http://b/'],
])('%o: calls go to %s', (env, url) => expect(urlIn(env as unknown as Record<string, string>)).toBe(url));

test('without a region a client is not made', () => {
  expect(() => urlIn({})).toThrow('DYNAMODB: AWS_REGION is not in the environment');
});
test.each(['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'])('%s is refused, not passed over', (name) => {
  expect(() => urlIn({ AWS_REGION: 'us-east-1', [name]: 'true' })).toThrow(/only the SDK's client .* client=sdk/);
});

describe('credentials', () => {
  let wire: Wire;
  beforeAll(async () => {
    wire = await startWire();
  });
  afterAll(() => wire.close());
  const NOW = Date.parse('2026-01-05T09:00:00Z');
  const said = (id: string, minutes: number) =>
    answer(
      200,
      JSON.stringify({
        AccessKeyId: id,
        SecretAccessKey: 's',
        Token: 't',
        Expiration: new Date(NOW + minutes * 60_000).toISOString(),
      }),
    );
  const of = (more: Record<string, string> = {}) => {
    let now = NOW;
    const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${wire.endpoint}/creds?x=1`, ...more };
    const at = (minutes: number): void => {
      now = NOW + minutes * 60_000;
    };
    return { get: credentialsOf(env, () => now), at };
  };

  test('those in the environment go before all, with their session', async () => {
    const env = { ...KEYS, AWS_SESSION_TOKEN: 'c', AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1' };
    expect(await credentialsOf(env, () => NOW)()).toEqual({
      accessKeyId: 'a',
      secretAccessKey: 'b',
      sessionToken: 'c',
    });
  });

  test("the container's are asked for once, with its token, and anew five minutes before they end", async () => {
    wire.tell(said('one', 60), said('two', 120));
    const { get, at } = of({ AWS_CONTAINER_AUTHORIZATION_TOKEN: 'secret' });
    const first = await Promise.all([get(), get(), get()]);
    expect(first.map((c) => c.accessKeyId)).toEqual(['one', 'one', 'one']);
    expect(first[0]).toEqual({ accessKeyId: 'one', secretAccessKey: 's', sessionToken: 't' });
    at(54);
    expect((await get()).accessKeyId).toBe('one');
    at(56);
    expect((await get()).accessKeyId).toBe('two');
    expect(wire.asked.map((a) => [a.url, a.headers.authorization])).toEqual([
      ['/creds?x=1', 'secret'],
      ['/creds?x=1', 'secret'],
    ]);
  });

  test('its token may stand in a file that is written anew', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'token-'));
    const file = join(folder, 'token');
    writeFileSync(file, 'first\n');
    wire.tell(said('one', 6), said('two', 60));
    const { get, at } = of({ AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file });
    await get();
    writeFileSync(file, 'second\n');
    at(2);
    await get();
    expect(wire.asked.map((a) => a.headers.authorization)).toEqual(['first', 'second']);
    rmSync(folder, { recursive: true });
  });

  test('while asking fails those at hand serve until their end', async () => {
    wire.tell(said('one', 10), answer(500, 'down'));
    const { get, at } = of();
    await get();
    at(9);
    expect((await get()).accessKeyId).toBe('one');
    at(10);
    await expect(get()).rejects.toThrow('gave no credentials: 500 down');
  });

  test('there are none', async () => {
    await expect(credentialsOf({}, () => NOW)()).rejects.toMatchObject({
      code: 'setting.missing',
      message: expect.stringContaining('no credentials'),
    });
    expect(() => of({ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://example.com/' })).toThrow('neither https nor local');
  });
});
