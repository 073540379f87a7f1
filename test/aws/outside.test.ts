// Whoever stands outside of a stage comes with a profile; a function has its credentials in the environment, and nothing else is asked.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { objectsOutside, readerOutside, streamOutside, tableOutside } from '../../shared/aws/outside.ts';
import { producerStream } from '../../shared/aws/sdk/producer-stream.ts';
import { answer, startWire, type Wire } from './signed/given.ts';

const outer = process.env;
let wire: Wire;
let folder: string;
beforeAll(async () => {
  wire = await startWire();
  folder = mkdtempSync(join(tmpdir(), 'profile-'));
  const file = join(folder, 'credentials');
  writeFileSync(file, '[ops]\naws_access_key_id = OFTHEPROFILE\naws_secret_access_key = s\n');
  process.env = {
    PATH: outer.PATH,
    AWS_PROFILE: 'ops',
    AWS_SHARED_CREDENTIALS_FILE: file,
    AWS_CONFIG_FILE: join(folder, 'none'),
    AWS_REGION: 'eu-north-1',
    AWS_ENDPOINT_URL: wire.endpoint,
  };
});
afterAll(async () => {
  process.env = outer;
  rmSync(folder, { recursive: true });
  await wire.close();
});

const taken = answer(200, JSON.stringify({ FailedRecordCount: 0, Records: [{ SequenceNumber: '1', ShardId: 's' }] }));
const record = { partitionKey: 'k', data: new Uint8Array([1]) };
test.each<[string, () => Promise<unknown>, ReturnType<typeof answer>]>([
  ["an operator's table", () => tableOutside('t').get({ pk: 'p', sk: 's' }), answer(200, '{}')],
  ["an operator's stream", () => streamOutside('s').put([record]), taken],
  [
    "an operator's reader of a stream",
    () => readerOutside('s').read('shard', undefined),
    answer(200, '{"ShardIterator":"i","Records":[],"NextShardIterator":"j","MillisBehindLatest":0}'),
  ],
  ["an operator's objects", () => objectsOutside('b').get('k'), answer(200, 'x')],
  ["a producer's stream", () => producerStream('s').put([record]), taken],
])('%s is called with the credentials of the profile', async (_, call, told) => {
  wire.tell(told);
  await call();
  expect(wire.asked[0]?.headers.authorization).toContain('Credential=OFTHEPROFILE/');
});

/** Makers of ports that take the functions' client unless they are told otherwise. */
const OF_FUNCTIONS =
  /from '[./]+\/shared\/aws\/(dynamo-table|kinesis-stream|live-reader|s3-objects|glue-catalog|redshift-data)\.ts'/;
test.each(['cli', 'export', 'failed', 'inspect', 'pause', 'restore', 'stage', 'trace', 'verify'])(
  'what local/%s asks of a stage, it asks from outside',
  (room) => {
    const folder = join(import.meta.dirname, '../../local', room);
    const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
    const inside = files.filter((file) => OF_FUNCTIONS.test(readFileSync(join(folder, file), 'utf8')));
    expect([files.length > 0, inside]).toEqual([true, []]);
  },
);

test('a function without credentials in its environment says which are missing, and sends nothing', async () => {
  wire.tell(answer(200, '{}'));
  await expect(dynamoTable({ table: 't' }).get({ pk: 'p', sk: 's' })).rejects.toMatchObject({
    code: 'setting.missing',
    message: expect.stringContaining('AWS_ACCESS_KEY_ID'),
  });
  expect(wire.asked).toEqual([]);
});
