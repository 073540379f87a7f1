import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { localEnv } from '../../local/services/local-env.ts';
import { type LocalSecrets, startSecrets } from '../../local/services/secrets.ts';
import { secretValue } from '../../shared/aws/secret.ts';

let secrets: LocalSecrets;
let calls = 0;
let down = false;
const before = (): 'pass' | { error: string; status: number } => {
  calls += 1;
  return down ? { error: 'AccessDeniedException', status: 400 } : 'pass';
};
const outside = { ...process.env };
beforeAll(async () => {
  secrets = await startSecrets({ hooks: { before } });
  Object.assign(process.env, localEnv({ kinesis: '', dynamo: '', objects: '', secrets: secrets.endpoint }));
});
afterAll(async () => {
  process.env = outside;
  await secrets.close();
});
beforeEach(() => {
  calls = 0;
  down = false;
});

const MINUTE = 60_000;
const given = (text: string) => {
  let now = 0;
  secrets.put('keys', text);
  const failures: unknown[] = [];
  const value = secretValue({
    secret: 'keys',
    parse: (t) => JSON.parse(t) as unknown,
    clock: { now: () => now },
    onFailure: (error) => failures.push(error),
  });
  const at = (ms: number): void => {
    now = ms;
  };
  return { value, failures, at };
};

test('a secret is asked for once a minute, by however many requests, and a change is in force then', async () => {
  const { value, at } = given('1');
  expect(await Promise.all([value(), value(), value()])).toEqual([1, 1, 1]);
  secrets.put('keys', '2');
  at(MINUTE - 1);
  expect([await value(), calls]).toEqual([1, 1]);
  at(MINUTE);
  expect([await value(), calls]).toEqual([2, 2]);
});

test('while it cannot be read the last value holds for 15 minutes, asked for once a minute; then none does', async () => {
  const { value, at, failures } = given('1');
  await value();
  down = true;
  at(MINUTE);
  expect([await value(), await value(), calls]).toEqual([1, 1, 2]);
  at(15 * MINUTE - 1);
  expect(await value()).toBe(1);
  at(15 * MINUTE);
  await expect(value()).rejects.toThrow('keys cannot be read');
  expect(failures.length).toBeGreaterThan(1);
  down = false;
  at(16 * MINUTE);
  expect(await value()).toBe(1);
});

test('a value that cannot be parsed is as none; the one before holds', async () => {
  const { value, at, failures } = given('1');
  await value();
  secrets.put('keys', '{');
  at(MINUTE);
  expect([await value(), failures.length]).toEqual([1, 1]);
  await expect(given('{').value()).rejects.toThrow('keys cannot be read');
});
