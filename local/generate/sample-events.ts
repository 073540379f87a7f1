// Writes events/: one sample for each trigger, as Lambda receives it. `node local/generate/sample-events.ts`
import { hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Json } from '../../shared/event/cloud-event.ts';
import { encodeAggregate } from '../../shared/event/kpl.ts';
import { DEFAULTS, generate } from './generate.ts';

const REGION = 'us-east-1';
const ACCOUNT = '123456789012';
const SHARD = 'shardId-000000000000';
const ARRIVAL = DEFAULTS.start / 1_000 + 4; // seconds, as Lambda gives it; after all events below
const TEXT = new TextEncoder();

const lines = [...generate({ kind: 'shop', seed: 1, events: 12, rate: 10 })];
const visitorOf = (line: string): string => JSON.parse(line).data.visitor ?? JSON.parse(line).subject;

const record = (n: number, partitionKey: string, data: Uint8Array): Json => {
  const sequenceNumber = `4966604112233445566778899001122334455667788990011223${String(n).padStart(4, '0')}`;
  return {
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey,
      sequenceNumber,
      data: Buffer.from(data).toString('base64'),
      approximateArrivalTimestamp: ARRIVAL + n / 100,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `${SHARD}:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: `arn:aws:iam::${ACCOUNT}:role/millrace-dev-validate`,
    awsRegion: REGION,
    eventSourceARN: `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/millrace-dev-raw`,
  };
};

const plain = {
  plain: 1,
  type: 'order.v1',
  source: '/till/3',
  data: {
    order_id: 'till-3-77',
    visitor: 'walk-in',
    store: 'oslo',
    sku: 'mug-01',
    quantity: 2,
    total: 19.8,
    ordered_at: new Date(DEFAULTS.start).toISOString(),
  },
};

/** Every form in which events come to `raw`: an aggregate, one alone, gzip, plain JSON in its wrapper, a broken line, a tick. */
const raw = (): Json => ({
  Records: [
    record(
      1,
      'a',
      encodeAggregate(lines.slice(0, 8).map((l) => ({ partitionKey: visitorOf(l), data: TEXT.encode(l) }))),
    ),
    record(2, visitorOf(lines[8] as string), TEXT.encode(lines[8] as string)),
    record(3, visitorOf(lines[9] as string), gzipSync(lines[9] as string)),
    record(4, 'walk-in', TEXT.encode(JSON.stringify(plain))),
    record(5, 'nobody', TEXT.encode('{"specversion":"1.0","id":"cut-o')),
    record(6, 'tick', new Uint8Array()),
  ],
});

const http = (): Json => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: '/events',
  rawQueryString: '',
  headers: {
    'content-type': 'application/x-ndjson',
    host: 'abcdefghij.execute-api.us-east-1.amazonaws.com',
    'user-agent': 'curl/8.5.0',
    'x-forwarded-for': '203.0.113.7',
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
  },
  requestContext: {
    accountId: ACCOUNT,
    apiId: 'abcdefghij',
    domainName: 'abcdefghij.execute-api.us-east-1.amazonaws.com',
    domainPrefix: 'abcdefghij',
    http: { method: 'POST', path: '/events', protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'curl/8.5.0' },
    requestId: 'JKJaXmPLvHcESHA=',
    routeKey: '$default',
    stage: '$default',
    time: '05/Jan/2026:09:00:04 +0000',
    timeEpoch: ARRIVAL * 1_000,
  },
  body: [...lines.slice(0, 3), '{"specversion":"1.0","id":"cut-o'].join('\n'),
  isBase64Encoded: false,
});

const schedule = (): Json => ({
  version: '0',
  id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: ACCOUNT,
  time: '2026-01-05T09:01:00Z',
  region: REGION,
  resources: [`arn:aws:events:${REGION}:${ACCOUNT}:rule/millrace-dev-tick`],
  detail: {},
});

/** What `aggregate` sends when a window may be due. */
const WAKE = JSON.stringify({ fn: 'aggregate/millrace-dev-enriched' });

const queue = (): Json => ({
  Records: [
    {
      messageId: '059f36b4-87a3-44ab-83d2-661975830a7d',
      receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a',
      body: WAKE,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: String(ARRIVAL * 1_000),
        SenderId: 'AROAEXAMPLE:millrace-dev-aggregate',
        ApproximateFirstReceiveTimestamp: String(ARRIVAL * 1_000 + 1),
      },
      messageAttributes: {},
      md5OfBody: hash('md5', WAKE),
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:${REGION}:${ACCOUNT}:millrace-dev-refine`,
      awsRegion: REGION,
    },
  ],
});

/** File names without `.json`: the functions that take them. */
export const sampleEvents = (): Readonly<Record<string, Json>> => ({
  ingest: http(),
  validate: raw(),
  archive: raw(),
  tick: schedule(),
  refine: queue(),
});

if (import.meta.main)
  for (const [name, event] of Object.entries(sampleEvents()))
    writeFileSync(
      fileURLToPath(new URL(`../../events/${name}.json`, import.meta.url)),
      `${JSON.stringify(event, null, 2)}\n`,
    );
