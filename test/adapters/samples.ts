// One good record of each source, in the shape that its specification gives, with values of our own.
import type { JsonObject } from '../../shared/event/cloud-event.ts';

export const LOGS: JsonObject = {
  messageType: 'DATA_MESSAGE',
  owner: '123456789012',
  logGroup: '/aws/lambda/checkout',
  logStream: '2026/01/05/[$LATEST]ab12',
  subscriptionFilters: ['to-millrace'],
  logEvents: [
    { id: '38700000000000000000000000000000000000000000000000000001', timestamp: 1767603600123, message: 'START' },
    { id: '38700000000000000000000000000000000000000000000000000002', timestamp: 1767603601000, message: '{"ms":12}' },
  ],
};

export const DMS: JsonObject = {
  data: { id: 7, total: 19.5, note: null },
  'before-image': { id: 7, total: 10, note: 'new' },
  metadata: {
    timestamp: '2026-01-05T09:00:01.000123Z',
    'record-type': 'data',
    operation: 'update',
    'partition-key-type': 'primary-key',
    'partition-key-value': 'shop.orders.7',
    'schema-name': 'shop',
    'table-name': 'orders',
    'transaction-id': 8589935,
    'transaction-record-id': 2,
    'prev-transaction-id': 8589934,
    'prev-transaction-record-id': 10,
    'commit-timestamp': '2026-01-05T09:00:01.000123Z',
    'stream-position': 'mysql-bin-changelog.000021:36',
  },
};

const row = (name: string) => ({
  type: 'struct',
  optional: true,
  field: name,
  fields: [
    { type: 'int64', field: 'id' },
    {
      type: 'bytes',
      field: 'total',
      name: 'org.apache.kafka.connect.data.Decimal',
      parameters: { scale: '2', 'connect.decimal.precision': '10' },
    },
    { type: 'int32', field: 'day', name: 'io.debezium.time.Date' },
    { type: 'int64', field: 'at', name: 'io.debezium.time.MicroTimestamp' },
  ],
});
export const DEBEZIUM: JsonObject = {
  schema: { type: 'struct', fields: [row('before'), row('after'), { type: 'string', field: 'op' }] },
  payload: {
    before: { id: 7, total: 'A+g=', day: 20458, at: 1767603600123456 },
    after: { id: 7, total: 'B54=', day: 20458, at: 1767603600123456 },
    source: {
      version: '3.0.0.Final',
      connector: 'postgresql',
      name: 'shop',
      ts_ms: 1767603600500,
      snapshot: 'false',
      db: 'shop',
      schema: 'public',
      table: 'orders',
      txId: 790,
      lsn: 24023128,
    },
    transaction: { id: '790:24023128', total_order: 1, data_collection_order: 1 },
    op: 'u',
    ts_ms: 1767603600700,
  },
};

export const DYNAMODB: JsonObject = {
  awsRegion: 'eu-west-1',
  eventID: '9f1b2c3d-0000-4000-8000-000000000001',
  eventName: 'MODIFY',
  userIdentity: null,
  recordFormat: 'application/json',
  tableName: 'orders',
  dynamodb: {
    ApproximateCreationDateTime: 1767603600123,
    Keys: { id: { S: 'o-7' } },
    OldImage: { id: { S: 'o-7' }, total: { N: '10' } },
    NewImage: { id: { S: 'o-7' }, total: { N: '19.5' }, tags: { SS: ['a', 'b'] }, gift: { BOOL: false } },
    SizeBytes: 42,
  },
  eventSource: 'aws:dynamodb',
};

export const IOT: JsonObject = {
  celsius: 21.5,
  iot_topic: 'plant/3/temperature',
  iot_clientid: 'sensor-17',
  iot_time: 1767603600123,
  iot_traceid: '0f8fad5b-d9cb-469f-a165-70867728950e',
};

export const EVENTBRIDGE: JsonObject = {
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  'detail-type': 'Order Placed',
  source: 'com.example.shop',
  account: '123456789012',
  time: '2026-01-05T09:00:00Z',
  region: 'eu-west-1',
  resources: [],
  detail: { order: 7 },
};

export const SNS: JsonObject = {
  Type: 'Notification',
  MessageId: '165545c9-2a5c-472c-8df2-7ff2be2b3b1b',
  TopicArn: 'arn:aws:sns:eu-west-1:123456789012:orders',
  Subject: 'placed',
  Message: '{"order":7}',
  Timestamp: '2026-01-05T09:00:00.123Z',
};

export const SQS: JsonObject = {
  messageId: '059f36b4-87a3-44ab-83d2-661975830a7d',
  receiptHandle: 'AQEB',
  body: '{"order":7}',
  attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1767603600123' },
  messageAttributes: {},
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:orders',
  awsRegion: 'eu-west-1',
};

export const COMMON = '203.0.113.9 - ada [05/Jan/2026:10:00:00 +0100] "GET /cart?a=%22 HTTP/1.1" 200 512';
export const COMBINED = `${COMMON} "https://shop.example/" "curl/8.5 \\"x\\""`;
