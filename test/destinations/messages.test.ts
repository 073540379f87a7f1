import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Served } from '../../local/services/serve.ts';
import { type BusEntry, startEventBus } from '../../local/stand-ins/event-bus.ts';
import { eventBus } from '../../shared/aws/event-bus.ts';
import { snsMessages } from '../../shared/aws/sns-messages.ts';
import { sqsMessages } from '../../shared/aws/sqs-messages.ts';
import { messageId, messageText } from '../../shared/destinations/message.ts';
import { destinationContract, sinkRow } from '../ports/destination.contract.ts';
import { troublesOf } from '../ports/troubles.ts';

let server: FauxqsServer;
let sqs: SQSClient;
let sns: SNSClient;
beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false });
  const client = {
    endpoint: `http://127.0.0.1:${server.port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  sqs = new SQSClient(client);
  sns = new SNSClient(client);
});
afterAll(() => server.stop());

let count = 0;
const queue = async (fifo: boolean): Promise<string> => {
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({
      QueueName: `q${++count}${fifo ? '.fifo' : ''}`,
      ...(fifo && { Attributes: { FifoQueue: 'true' } }),
    }),
  );
  return (QueueUrl as string).replace(/^http:\/\/[^/]+/, `http://127.0.0.1:${server.port}`);
};
const received = new Map<string, string[]>();
/** All that a queue was ever sent, in the order in which it gives it out. */
const bodies = async (url: string): Promise<readonly string[]> => {
  const all = received.get(url) ?? [];
  received.set(url, all);
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) return all;
    for (const { Body = '', ReceiptHandle } of Messages) {
      all.push(Body);
      await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
    }
  }
};
const dataOf = (body: string) => JSON.parse(body).data;

type Batch = { readonly Id: string }[];
/** The command with every other entry taken out, and those. */
const halved = (command: { readonly input: Record<string, unknown> }): readonly string[] => {
  const [name, entries = []] = Object.entries(command.input).find(([, v]) => Array.isArray(v)) as [string, Batch];
  command.input[name] = entries.filter((_, i) => i % 2 === 0);
  return entries.filter((_, i) => i % 2 === 1).map((e) => e.Id);
};
/** Makes the calls of a client fail now and then. */
const moody = <C extends { send: (...args: never[]) => unknown }>(client: C) => {
  const mood = { throttled: 0, lost: false, some: false };
  const send = async (...args: never[]): Promise<unknown> => {
    if (mood.throttled-- > 0) throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    const refused = mood.some ? halved(args[0] as never) : [];
    mood.some = false;
    const answer = await client.send(...args);
    if (refused.length > 0) {
      const Failed = refused.map((Id) => ({ Id, Code: 'RequestThrottled', Message: 'slow down', SenderFault: true }));
      return { ...(answer as object), Failed };
    }
    if (!mood.lost) return answer;
    mood.lost = false;
    throw new Error('socket hang up');
  };
  return { mood, client: new Proxy(client, { get: (t, p) => (p === 'send' ? send : Reflect.get(t, p)) }) };
};
const troubles = (mood: { throttled: number; lost: boolean; some: boolean }) => ({
  throttleSome: () => {
    mood.some = true;
  },
  throttle: (calls: number) => {
    mood.throttled = calls;
  },
  loseAnswer: () => {
    mood.lost = true;
  },
});

for (const fifo of [false, true]) {
  destinationContract(fifo ? 'an SQS FIFO queue' : 'an SQS queue', async () => {
    const url = await queue(fifo);
    const { mood, client } = moody(sqs);
    return {
      destination: sqsMessages({ queueUrl: url, client }),
      table: 't',
      holds: 'messages',
      content: async () => (await bodies(url)).map(dataOf),
      poison: sinkRow('t', 'p', 1, { s: 'x'.repeat(1_100_000) }),
      many: 100,
      ...troubles(mood),
    };
  });
}

destinationContract('an SNS topic', async () => {
  const url = await queue(false);
  const name = `t${++count}`;
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: name }));
  const arn = `arn:aws:sqs:us-east-1:000000000000:${url.split('/').at(-1)}`;
  await sns.send(
    new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: arn, Attributes: { RawMessageDelivery: 'true' } }),
  );
  const { mood, client } = moody(sns);
  return {
    destination: snsMessages({ topicArn: TopicArn, client }),
    table: 't',
    holds: 'messages',
    content: async () => (await bodies(url)).map(dataOf),
    poison: sinkRow('t', 'p', 1, { s: 'x'.repeat(300_000) }),
    many: 100,
    ...troubles(mood),
  };
});

let bus: Served;
let taken: BusEntry[] = [];
const busTroubles = troublesOf('ThrottlingException', 400);
beforeAll(async () => {
  bus = await startEventBus((entries) => void taken.push(...entries), { hooks: busTroubles.hooks });
});
afterAll(() => bus.close());

destinationContract('an EventBridge bus', async () => {
  taken = [];
  const client = new EventBridgeClient({
    endpoint: bus.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  return {
    destination: eventBus({ bus: 'b', source: 'shop', client }),
    table: 't',
    holds: 'messages',
    content: async () => taken.map((e) => JSON.parse(e.Detail ?? '').data),
    poison: sinkRow('t', 'p', 1, { s: 'x'.repeat(300_000) }),
    many: 1_000,
    ...busTroubles.make(),
  };
});

describe('a message', () => {
  test('any text reads the same, without characters that a queue refuses', () => {
    const text = messageText(sinkRow('t', 'a', 1, { s: 'Zürich 🌍 \uFFFE \uFFFF' }));
    expect(text).toMatch(/^[\t\n\r\x20-\uD7FF\uE000-\uFFFD]*$/);
    expect(JSON.parse(text).data.s).toBe('Zürich 🌍 \uFFFE \uFFFF');
  });
  test('is a CloudEvent with id and revision, so that a receiver can take it once', () => {
    expect(JSON.parse(messageText({ ...sinkRow('t', 'a', 7), traceparent: '00-x-y-01' }))).toEqual({
      specversion: '1.0',
      id: 'q-1|a',
      source: '/millrace/q-1',
      type: 't',
      time: '2026-01-05T09:00:00.000Z',
      subject: '["a"]',
      datacontenttype: 'application/json',
      revision: '00000000000000000007',
      traceparent: '00-x-y-01',
      data: { k: 'a', n: 7, s: 'text 7' },
    });
  });
  test('of a row that must go, or whose window is open, says so', () => {
    expect(JSON.parse(messageText({ ...sinkRow('t', 'a', 1), row: null, early: true }))).toMatchObject({
      deleted: true,
      early: true,
      data: null,
    });
  });
  test('a revision has a name of its own, the same each time', () => {
    const [one, again, two] = [1, 1, 2].map((n) => messageId(sinkRow('t', 'a', n)));
    expect(one).toBe(again);
    expect(two).not.toBe(one);
  });
});

test('FIFO: a message that comes again is dropped, the order of a key stands', async () => {
  const url = await queue(true);
  const d = sqsMessages({ queueUrl: url, client: sqs });
  await d.write([sinkRow('t', 'a', 1), sinkRow('t', 'b', 1)]);
  await d.write([sinkRow('t', 'a', 1)]);
  await d.write([sinkRow('t', 'a', 2)]);
  expect(
    (await bodies(url))
      .map(dataOf)
      .filter((r) => r.k === 'a')
      .map((r) => r.n),
  ).toEqual([1, 2]);
});

test('a queue that is not there stops the line and does not blame the rows', async () => {
  const d = sqsMessages({ queueUrl: `http://127.0.0.1:${server.port}/000000000000/nobody`, client: sqs });
  await expect(d.write([sinkRow('t', 'a', 1)])).rejects.toMatchObject({ code: 'destination.unavailable' });
});
