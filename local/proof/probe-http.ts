// Requests that schemathesis does not make: too large, too slow, broken off, with keys and signatures that are wrong. KEY and SECRET
// open the door; the address is the first argument.
import { strict as assert } from 'node:assert';
import { createHmac } from 'node:crypto';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

const [, , origin = ''] = process.argv;
const { KEY = '', SECRET = '' } = process.env;
const MB = 1024 * 1024;
const json = { 'content-type': 'application/cloudevents+json' };
const event = (id: string) =>
  JSON.stringify({ specversion: '1.0', id, source: '/probe', type: 'payment.v1', data: {} });

type Reply = { readonly status: number; readonly rule: string };
const replyOf = async (response: IncomingMessage): Promise<Reply> => {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return { status: response.statusCode ?? 0, rule: text.startsWith('{') ? (JSON.parse(text).rule ?? '') : '' };
};
/** A request whose body is written by hand. */
const open = (headers: Record<string, string>): { sent: ClientRequest; reply: Promise<Reply> } => {
  const sent = request(`${origin}/events`, { method: 'POST', headers });
  const reply = new Promise<Reply>((resolve, reject) => {
    sent.on('response', (response) => replyOf(response).then(resolve, reject));
    sent.on('error', reject);
  });
  return { sent, reply };
};
const post = (headers: Record<string, string>, body: string | Uint8Array): Promise<Reply> => {
  const { sent, reply } = open(headers);
  sent.end(body);
  return reply;
};

let failures = 0;
const check = async (what: string, status: number, rule: string, reply: Promise<Reply>): Promise<void> => {
  const got = await reply.catch((error: unknown) => ({ status: 0, rule: String(error) }));
  const right = got.status === status && got.rule === rule;
  if (!right) failures++;
  console.log(
    `${right ? 'ok  ' : 'FAIL'} ${what}: ${got.status} ${got.rule}${right ? '' : `, expected ${status} ${rule}`}`,
  );
};

const known = { ...json, 'x-api-key': KEY };
const signed = (body: string, { secret = SECRET, at = Date.now(), id = 'msg' } = {}) => {
  const time = String(Math.floor(at / 1_000));
  const mac = createHmac('sha256', Buffer.from(secret, 'base64')).update(`${id}.${time}.${body}`).digest('base64');
  return { ...json, 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': `v1,${mac}` };
};

await check('a key', 202, '', post(known, event('1')));
await check('a key as bearer', 202, '', post({ ...json, authorization: `Bearer ${KEY}` }, event('2')));
await check('no key', 401, 'request.key', post(json, event('3')));
await check('a wrong key', 401, 'request.key', post({ ...json, 'x-api-key': `${KEY}x` }, event('4')));
await check(
  'a wrong key, and a body that is too large',
  401,
  'request.key',
  post({ ...json, 'x-api-key': 'x' }, Buffer.alloc(5 * MB)),
);
const body = event('5');
await check('a signature', 202, '', post(signed(body), body));
await check('a signature of another body', 401, 'request.key', post(signed(body), event('6')));
await check('a signature by another secret', 401, 'request.key', post(signed(body, { secret: 'AAAA' }), body));
await check(
  'a signature of ten minutes ago',
  401,
  'request.key',
  post(signed(body, { at: Date.now() - 600_000 }), body),
);

await check('7 MB', 413, 'body.too-large', post(known, Buffer.alloc(7 * MB, 32)));
await check('11 MB, which no HTTP API takes', 413, '', post(known, Buffer.alloc(11 * MB, 32)));
const bomb = gzipSync(Buffer.alloc(64 * MB, 32));
await check(
  `${bomb.length} bytes that unpack to 64 MB`,
  413,
  'body.gzip-bomb',
  post({ ...known, 'content-encoding': 'gzip' }, bomb),
);
const lines = Array.from({ length: 10_001 }, () => '{}').join('\n');
await check(
  '10,001 events',
  413,
  'request.too-many',
  post({ ...known, 'content-type': 'application/x-ndjson' }, lines),
);
await check('arrays nested 100,000 deep', 400, 'body.too-deep', post(known, '['.repeat(100_000)));
await check('half a gzip', 400, 'body.bad-gzip', post({ ...known, 'content-encoding': 'gzip' }, bomb.subarray(0, 100)));

// Ten that never end and ten that break off, while others are served.
const stuck = Array.from({ length: 10 }, () => open({ ...known, 'content-length': '1000' }));
for (const { sent, reply } of stuck) {
  reply.catch(() => undefined);
  sent.write('{"specversion"');
}
for (let i = 0; i < 10; i++) {
  const { sent, reply } = open({ ...known, 'content-length': '1000' });
  reply.catch(() => undefined);
  sent.write('{');
  await wait(5);
  sent.destroy();
}
const slow = open(known);
const text = event('7');
const start = Date.now();
for (const at of [0, 1, 2, 3]) {
  slow.sent.write(text.slice(at * 20, at * 20 + 20));
  await wait(300);
  const asked = Date.now();
  await check('another, while bodies hang', 202, '', post(known, event(`8-${at}`)));
  assert(Date.now() - asked < 2_000, 'it had to wait');
}
slow.sent.end(text.slice(80));
await check(`a body that came in pieces, in ${Date.now() - start} ms`, 202, '', slow.reply);
for (const { sent } of stuck) sent.destroy();

const health = await fetch(`${origin}/health`);
assert.equal(health.status, 200);
console.log(failures === 0 ? 'every request was answered as documented' : `${failures} were not`);
process.exit(failures === 0 ? 0 : 1);
