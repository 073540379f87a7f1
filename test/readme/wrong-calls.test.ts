// What a newcomer gets wrong, and what the command says: one line that names it, exit code 2, no stack, nothing left running.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Newcomer, newcomer } from './newcomer.ts';
import { readPage, samplesOf } from './samples.ts';

const taken = createServer();
let room: Newcomer;
let port = 0;
beforeAll(async () => {
  room = newcomer();
  for (const { note, body } of samplesOf(readPage('README.md')))
    if (/^(first|readings)/.test(note)) room.write(note, body);
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  port = (taken.address() as AddressInfo).port;
});
afterAll(() => {
  taken.close();
  room.leave();
});

/** What a call that is wrong says. */
const said = (call: string): Promise<string> =>
  room.sh(`npx millrace ${call.replace('PORT', String(port))} 2>&1 >/dev/null || echo "exit $?"`);

describe.concurrent('a wrong call', () => {
  test.each([
    ['run --pipeline first --input reading=readings.ndjson --out out', 'did you mean "readings"?'],
    ['run --pipeline first --input readings=none.ndjson --out out', 'none.ndjson: no such file'],
    ['run --pipeline first --input readings=readings.ndjson --out readings.ndjson', 'readings.ndjson is a file'],
    ['check --pipeline frist', 'frist: no such folder'],
    ['start --pipeline first --port PORT', 'is in use; leave --port out'],
    ['start --pipeline first --origins shop.example', 'is no origin; write http://localhost:3000'],
    ['tail', 'needs FILE'],
    ['tail none/a.log', 'there is no folder'],
    ['tail a.log --once', 'a.log: no such file'],
    ['tail readings.ndjson --pipeline first', 'no source of lines; add one'],
    ['tail readings.ndjson --to ftp://x', 'an address begins with http'],
    ['tail readings.ndjson --to "raw stream"', 'neither an address nor a name of a stream'],
    ['tail readings.ndjson --begins "("', '--begins: '],
    ['verify', 'needs QUERY'],
    ['verify sums --from yesterday', 'write a time as 2026-01-31'],
    ['verify sums --from 2026-02-01 --to 2026-01-01', '--from must be before --to'],
    ['trace', 'needs ID'],
    ['trace x --around 2026-01-01 --from 2026-01-01', 'give it, or --from and --to'],
    ['inspect --jsn', 'did you mean "--json"?'],
    ['snapshot --jsn', 'did you mean "--json"?'],
    ['restore', 'restore what? --from SNAPSHOT'],
    ['pause --stge prod', 'did you mean "--stage"?'],
    ['resume --grace soon', '--grace is "soon"; write a length of time'],
    ['drain --within soon', '--within is "soon"; write a length of time'],
    ['export sums --format parquet', 'needs --out FILE'],
  ])(
    '%s',
    async (call, message) => {
      const text = await said(call);
      expect(text).toContain(message);
      expect(text).toMatch(/exit 2\n$/);
      expect(text).not.toMatch(/^ +at /m);
    },
    30_000,
  );
});

test('a pipeline without the sample traffic’s types gets none of it, and is told so', async () => {
  const out = await room.sh('npx millrace start --pipeline first --port 0 --seconds 1');
  expect(out).toMatch(/No sample traffic: the pipeline has no schema for the events of --kind shop/);
}, 30_000);
