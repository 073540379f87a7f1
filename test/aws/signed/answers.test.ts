// What comes over the wire, and what a caller is told of it.
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Calls, DynamoApi, S3Api, SnsApi } from '../../../shared/aws/calls.ts';
import { dynamoCalls } from '../../../shared/aws/signed/dynamodb.ts';
import { kinesisCalls } from '../../../shared/aws/signed/kinesis.ts';
import { s3Calls } from '../../../shared/aws/signed/s3.ts';
import type { SignedOptions } from '../../../shared/aws/signed/service.ts';
import { snsCalls } from '../../../shared/aws/signed/sns.ts';
import { answer, startWire, type Told, type Wire } from './given.ts';

let wire: Wire;
let naps: number[] = [];
const NOW = Date.parse('2026-01-05T09:00:00Z');
let now = NOW;
const given = (more: Record<string, string> = {}): SignedOptions => ({
  env: {
    AWS_ENDPOINT_URL: wire.endpoint,
    AWS_REGION: 'eu-north-1',
    AWS_ACCESS_KEY_ID: 'AKID',
    AWS_SECRET_ACCESS_KEY: 'secret',
    ...more,
  },
  now: () => now,
  sleep: async (ms) => void naps.push(ms),
  random: () => 0.999,
  timeout: 60_000, // beyond a test's own: whoever waits for it has not heard what came
});
let dynamo: Calls<DynamoApi>;
let s3: Calls<S3Api>;
let sns: Calls<SnsApi>;
beforeAll(async () => {
  wire = await startWire();
});
afterAll(() => wire.close());
beforeEach(() => {
  naps = [];
  now = NOW;
  dynamo = dynamoCalls(given());
  s3 = s3Calls(given());
  sns = snsCalls(given());
});

const KEY = { TableName: 't', Key: { pk: { S: 'p' } } };
const get = () => dynamo('GetItem', KEY);
const refused = (
  call: Promise<unknown>,
): Promise<Error & { readonly $metadata?: { readonly httpStatusCode: number } }> =>
  call.then(
    () => expect.fail('answered'),
    (error) => error,
  );
const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0' };

describe('an answer', () => {
  test.each<[string, Told, object]>([
    ['with a length', answer(200, '{"Item":{"pk":{"S":"p"}}}'), { Item: { pk: { S: 'p' } } }],
    [
      'in chunks, cut within a character',
      {
        raw: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n19\r\n{"Item":{"pk":{"S":"Z\u00fcri\r\n6\r\nch"}}}\r\n0\r\n\r\n',
      },
      { Item: { pk: { S: 'Zürich' } } },
    ],
    ['of nothing', answer(200, ''), {}],
    ['with a checksum', answer(200, '{}', { 'x-amz-crc32': '2745614147' }), {}],
  ])('%s', async (_, told, output) => {
    wire.tell(told);
    expect(await get()).toEqual(output);
  });

  test('bytes and instants come as such', async () => {
    wire.tell(answer(200, '{"Item":{"B":{"B":"AP8="},"n":{"N":"1"}}}'));
    const { Item } = await get();
    expect(Item).toEqual({ B: { B: Buffer.from([0, 255]) }, n: { N: '1' } });
    wire.tell(answer(200, '{"Records":[{"Data":"AP8=","ApproximateArrivalTimestamp":1767603600.123}]}'));
    const { Records } = await kinesisCalls(given())('GetRecords', { ShardIterator: 'i' });
    expect(Records).toEqual([
      { Data: Buffer.from([0, 255]), ApproximateArrivalTimestamp: new Date('2026-01-05T09:00:00.123Z') },
    ]);
  });

  test('connections are kept, and a function is named to the service', async () => {
    const before = wire.connections();
    wire.tell(answer(200, '{}'));
    const named = dynamoCalls(given({ AWS_LAMBDA_FUNCTION_NAME: 'shop-dev-refine' }));
    for (let i = 0; i < 5; i++) await named('GetItem', KEY);
    expect(wire.connections() - before).toBe(1);
    expect(wire.asked[0]?.headers).toMatchObject({
      'user-agent': 'millrace fn/shop-dev-refine',
      'x-amz-target': 'DynamoDB_20120810.GetItem',
      'content-type': 'application/x-amz-json-1.0',
    });
  });
});

describe('a refusal says', () => {
  test.each<[string, number, string, Record<string, string>, string, string]>([
    [
      'its name without its namespace',
      400,
      '{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"no table"}',
      JSON_TYPE,
      'ResourceNotFoundException',
      'no table',
    ],
    ['its name by header', 400, '{"Message":"m"}', { 'x-amzn-errortype': 'X:http://i' }, 'X', 'm'],
    [
      'that a page came in place of an answer',
      403,
      '<html><body>Blocked\n by policy</body></html>',
      { 'content-type': 'text/html' },
      'Http403',
      'answered 403 with text/html: <html><body>Blocked by policy</body></html>',
    ],
    ['that nothing came', 400, '', {}, 'Http400', 'answered 400 with no content type: an empty body'],
    [
      'that a redirect is not followed',
      302,
      '',
      { location: 'http://elsewhere/' },
      'UnreadableAnswer',
      'answered 302 with no content type: an empty body',
    ],
  ])('%s', async (_, status, body, headers, name, message) => {
    wire.tell(answer(status, body, headers));
    expect(await refused(get())).toMatchObject({ name, message, $metadata: { httpStatusCode: status } });
  });

  test('the item in the way of a condition, its bytes as bytes', async () => {
    const body = '{"__type":"x#ConditionalCheckFailedException","message":"m","Item":{"b":{"B":"AQ=="}}}';
    wire.tell(answer(400, body));
    expect(await refused(get())).toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: { b: { B: Buffer.from([1]) } },
    });
    expect(wire.asked.length).toBe(1);
  });
});

describe('what may pass is tried again', () => {
  const FINE = answer(200, '{}');
  const typed = (status: number, type: string): Told => answer(status, `{"__type":"${type}"}`);
  test.each<[string, Told]>([
    ['a throttled call', typed(400, 'ProvisionedThroughputExceededException')],
    ['too many requests, whatever their name', typed(429, 'Whatever')],
    ['an error of the server', typed(500, 'InternalServerError')],
    ["a load balancer's page", answer(503, '<html>', { 'content-type': 'text/html' })],
    ['a connection that breaks before the answer', 'cut'],
    ['one that breaks within it', { raw: 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"It', cut: true }],
    ['half of a chunk', { raw: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{"It', cut: true }],
    ['no HTTP at all', { raw: 'SMTP ready\r\n', cut: true }],
    ['a body that its checksum does not fit', answer(200, '{}', { 'x-amz-crc32': '1' })],
    ['a body that is no JSON', answer(200, '{"Item"')],
  ])('%s', async (_, told) => {
    wire.tell(told, FINE);
    expect(await get()).toEqual({});
    expect([wire.asked.length, naps.length]).toEqual([2, 1]);
  });

  test.each<[string, Told]>([
    ['a validation', typed(400, 'ValidationException')],
    ['a refused permission', typed(403, 'AccessDeniedException')],
    ['a condition', typed(400, 'ConditionalCheckFailedException')],
  ])('%s is not', async (_, told) => {
    wire.tell(told);
    await refused(get());
    expect([wire.asked.length, naps]).toEqual([1, []]);
  });

  test('four times at most, each wait up to twice as long; throttled calls wait longer', async () => {
    wire.tell('cut');
    expect(await refused(get())).toMatchObject({ code: 'ECONNRESET' });
    expect(naps.map(Math.round)).toEqual([50, 100, 200]);
    naps = [];
    wire.tell(typed(400, 'ThrottlingException'));
    expect(await refused(get())).toMatchObject({ name: 'ThrottlingException' });
    expect(naps.map(Math.round)).toEqual([999, 1998, 3996]);
    expect(wire.asked.length).toBe(4);
  });

  test('while the budget lasts: a service that is down is soon asked once for each call, and retries come back with its answers', async () => {
    wire.tell(typed(500, 'InternalServerError'));
    const triesOf = async () => {
      const before = wire.asked.length;
      await get().catch(() => {});
      return wire.asked.length - before;
    };
    const tries: number[] = [];
    for (let i = 0; i < 14; i++) tries.push(await triesOf());
    // 500 tokens, 14 a retry: 35 retries.
    expect(tries).toEqual([4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 3, 1, 1]);
    wire.tell(FINE);
    for (let i = 0; i < 28; i++) await get();
    wire.tell(typed(500, 'InternalServerError'));
    expect(await triesOf()).toBe(3);
  });

  test('a service that is silent costs a try its time', async () => {
    wire.tell('silent', FINE);
    const quick = dynamoCalls({ ...given(), timeout: 50 });
    expect(await quick('GetItem', KEY)).toEqual({});
    wire.tell('silent');
    expect(await refused(dynamoCalls({ ...given(), timeout: 20, maxAttempts: 1 })('GetItem', KEY))).toMatchObject({
      name: 'TimeoutError',
      message: 'no answer within 20 ms',
    });
  });

  test('nobody listens there', async () => {
    const gone = dynamoCalls(given({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }));
    expect(await refused(gone('GetItem', KEY))).toMatchObject({ code: 'ECONNREFUSED' });
    expect(naps.length).toBe(3);
  });
});

describe('a clock that is wrong', () => {
  const skewed = (date: string, type = 'InvalidSignatureException'): Told =>
    answer(403, `{"__type":"x#${type}","message":"Signature expired"}`, { date });
  const dates = () => wire.asked.map((a) => a.headers['x-amz-date']);

  test('is put right by the date of the answer, for this call and those behind it', async () => {
    wire.tell(skewed('Mon, 05 Jan 2026 10:00:00 GMT'), answer(200, '{}'));
    await get();
    await get();
    expect(dates()).toEqual(['20260105T090000Z', '20260105T100000Z', '20260105T100000Z']);
  });
  test('for all calls that were under way at the same time', async () => {
    const late = skewed('Mon, 05 Jan 2026 10:00:00 GMT');
    wire.tell(late, late, late, answer(200, '{}'));
    const allAsked = async (): Promise<void> => {
      while (wire.asked.length < 3) await setImmediate();
    };
    const calls = dynamoCalls({ ...given(), sleep: allAsked });
    const three = Array.from({ length: 3 }, () => calls('GetItem', KEY));
    expect(await Promise.all(three)).toEqual([{}, {}, {}]);
    expect(wire.asked.length).toBe(6);
  });
  test('a signature that is wrong for another reason is no matter of time', async () => {
    wire.tell(skewed('Mon, 05 Jan 2026 09:00:10 GMT'));
    await refused(get());
    expect(wire.asked.length).toBe(1);
  });
  test('one that was put right and is refused still is refused', async () => {
    wire.tell(skewed('Mon, 05 Jan 2026 10:00:00 GMT'));
    expect(await refused(get())).toMatchObject({ name: 'InvalidSignatureException' });
    expect(wire.asked.length).toBe(2);
  });
});

describe('S3', () => {
  const BUCKET = { Bucket: 'b', Key: 'a b/é' };
  test('a put carries its length, its hash and its CRC-32', async () => {
    wire.tell(answer(200, ''));
    await s3('PutObject', { ...BUCKET, Body: Buffer.from('123456789'), IfNoneMatch: '*' });
    const [{ method, url, headers, body }] = wire.asked as [(typeof wire.asked)[0]];
    expect([method, url, body.toString()]).toEqual(['PUT', '/b/a%20b/%C3%A9', '123456789']);
    expect(headers).toMatchObject({
      'content-length': '9',
      'if-none-match': '*',
      'x-amz-checksum-crc32': 'y/Q5Jg==', // the check value of CRC-32: CBF43926
      'x-amz-content-sha256': '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
    });
  });
  test('what comes back whole is held against its checksum, and read again', async () => {
    const sum = { 'x-amz-checksum-crc32': 'y/Q5Jg==' };
    wire.tell(answer(200, '12345678X', sum), answer(200, '123456789', sum));
    const { Body } = await s3('GetObject', BUCKET);
    expect([Buffer.from(Body).toString(), wire.asked.length]).toEqual(['123456789', 2]);
    // The sum of parts, and that of the whole beside a range, are of other bytes.
    for (const told of [answer(200, 'x', { 'x-amz-checksum-crc32': 'y/Q5Jg==-2' }), answer(206, 'x', sum)]) {
      wire.tell(told);
      expect((await s3('GetObject', BUCKET)).Body.length).toBe(1);
    }
  });
  test('a bucket of another region is named as what it is', async () => {
    wire.tell(answer(301, '<Error><Code>PermanentRedirect</Code></Error>', { 'x-amz-bucket-region': 'us-west-2' }));
    expect(await refused(s3('GetObject', BUCKET))).toMatchObject({
      name: 'PermanentRedirect',
      message: 'the bucket is in us-west-2, this client is in eu-north-1: bucket and functions must share a region',
    });
  });
  test.each<[string, Told, string]>([
    [
      'by its code',
      answer(404, '<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>m</Message></Error>'),
      'NoSuchKey',
    ],
    ['without a body, by its status', answer(412, ''), 'PreconditionFailed'],
    ['which is a page', answer(400, '<html><body>no', { 'content-type': 'text/html' }), 'Http400'],
  ])('an error %s', async (_, told, name) => {
    wire.tell(told);
    expect(await refused(s3('GetObject', BUCKET))).toMatchObject({ name });
  });
  test('lists page by page, keys with any text', async () => {
    wire.tell(
      answer(
        200,
        `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><IsTruncated>true</IsTruncated>
<NextContinuationToken>1&amp;2</NextContinuationToken><Contents><Key>a&lt;b&#13;&#x1F600;</Key><Size>7</Size><Owner/></Contents>
<Contents><Key><![CDATA[<c>&amp;]]></Key><Size>0</Size></Contents></ListBucketResult>`,
      ),
    );
    expect(await s3('ListObjectsV2', { Bucket: 'b', Prefix: 'a/', MaxKeys: 2, StartAfter: 'a/é' })).toEqual({
      Contents: [
        { Key: 'a<b\r😀', Size: 7 },
        { Key: '<c>&amp;', Size: 0 },
      ],
      NextContinuationToken: '1&2',
    });
    expect(wire.asked[0]?.url).toBe('/b/?list-type=2&max-keys=2&prefix=a%2F&start-after=a%2F%C3%A9');
  });
  test('a removal tells which keys stayed, and why', async () => {
    wire.tell(
      answer(
        200,
        '<DeleteResult><Error><Key>k</Key><Code>AccessDenied</Code><Message>m</Message></Error></DeleteResult>',
      ),
    );
    const { Errors } = await s3('DeleteObjects', { Bucket: 'b', Keys: ['k', '<&>\r'] });
    expect(Errors).toEqual([{ Key: 'k', Code: 'AccessDenied', Message: 'm' }]);
    expect(wire.asked[0]?.body.toString()).toContain('<Key>&#60;&#38;&#62;&#13;</Key>');
  });
});

describe('SNS', () => {
  test('a batch is a form, its answer tells each entry', async () => {
    wire.tell(
      answer(
        200,
        `<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult>
<Successful><member><MessageId>m</MessageId><Id>0</Id></member></Successful>
<Failed><member><Id>1</Id><Code>InternalError</Code><Message>x</Message><SenderFault>false</SenderFault></member></Failed>
</PublishBatchResult></PublishBatchResponse>`,
      ),
    );
    const attributes = { type: { DataType: 'String', StringValue: 't&t' } };
    const entries = ['0', '1'].map((Id) => ({ Id, Message: `m ${Id}`, MessageAttributes: attributes }));
    expect(await sns('PublishBatch', { TopicArn: 'arn', PublishBatchRequestEntries: entries })).toEqual({
      Successful: [{ Id: '0', MessageId: 'm' }],
      Failed: [{ Id: '1', Code: 'InternalError', Message: 'x', SenderFault: false }],
    });
    const form = new URLSearchParams(wire.asked[0]?.body.toString());
    expect(Object.fromEntries(form)).toMatchObject({
      Action: 'PublishBatch',
      TopicArn: 'arn',
      'PublishBatchRequestEntries.member.2.Message': 'm 1',
      'PublishBatchRequestEntries.member.2.MessageAttributes.entry.1.Name': 'type',
      'PublishBatchRequestEntries.member.2.MessageAttributes.entry.1.Value.StringValue': 't&t',
    });
  });
  test('an error is named', async () => {
    const error = '<Type>Sender</Type><Code>NotFound</Code><Message>no topic</Message>';
    wire.tell(answer(404, `<ErrorResponse><Error>${error}</Error><RequestId>r</RequestId></ErrorResponse>`));
    const call = sns('PublishBatch', { TopicArn: 'arn', PublishBatchRequestEntries: [] });
    expect(await refused(call)).toMatchObject({ name: 'NotFound', message: 'no topic' });
  });
});
