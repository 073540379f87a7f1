import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localEnv } from '../../local/services/local-env.ts';
import type { Served } from '../../local/services/serve.ts';
import { type BusEntry, startEventBus } from '../../local/stand-ins/event-bus.ts';
import type { Calls, Operations, SnsApi, SqsApi } from '../../shared/aws/calls.ts';
import { eventBus } from '../../shared/aws/event-bus.ts';
import { eventsCalls as sdkEvents } from '../../shared/aws/sdk/eventbridge.ts';
import { snsCallsBy } from '../../shared/aws/sdk/sns.ts';
import { sqsCallsBy } from '../../shared/aws/sdk/sqs.ts';
import { eventsCalls } from '../../shared/aws/signed/eventbridge.ts';
import { snsCalls } from '../../shared/aws/signed/sns.ts';
import { sqsCalls } from '../../shared/aws/signed/sqs.ts';
import { snsMessages } from '../../shared/aws/sns-messages.ts';
import { sqsMessages } from '../../shared/aws/sqs-messages.ts';
import { messageId, messageText } from '../../shared/destinations/message.ts';
import { destinationContract, sinkRow } from '../ports/destination.contract.ts';
import { troublesOf } from '../ports/troubles.ts';
import { CARRIERS, type Carrier } from '../ports/world.ts';

let server: FauxqsServer;
let sqs: SQSClient;
let sns: SNSClient;
/** The calls of the destinations, by the clients of the SDK and by our own. */
let carried: Record<Carrier, { readonly sqs: Calls<SqsApi>; readonly sns: Calls<SnsApi> }>;
const env = (at: string) => localEnv({ kinesis: at, dynamo: at, objects: at, events: at });
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
  const ours = { env: env(client.endpoint), maxAttempts: 1 };
  carried = {
    sdk: { sqs: sqsCallsBy(sqs), sns: snsCallsBy(sns) },
    signed: { sqs: sqsCalls(ours), sns: snsCalls(ours) },
  };
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

type Batch = readonly { readonly Id: string }[];
/** The input with every other entry taken out, and those. */
const halved = (input: object): readonly [object, readonly string[]] => {
  const [name, entries] = Object.entries(input).find(([, v]) => Array.isArray(v)) as [string, Batch];
  const left = entries.filter((_, i) => i % 2 === 1).map((e) => e.Id);
  return [{ ...input, [name]: entries.filter((_, i) => i % 2 === 0) }, left];
};
/** Makes calls fail now and then. */
const moody = <A extends Operations>(made: Calls<A>) => {
  const mood = { throttled: 0, lost: false, some: false };
  const calls: Calls<A> = async (operation, input) => {
    if (mood.throttled-- > 0) throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    const [sent, refused] = mood.some ? halved(input) : [input, []];
    mood.some = false;
    const answer = await made(operation, sent);
    if (refused.length > 0) {
      const Failed = refused.map((Id) => ({ Id, Code: 'RequestThrottled', Message: 'slow down', SenderFault: true }));
      return { ...answer, Failed };
    }
    if (!mood.lost) return answer;
    mood.lost = false;
    throw new Error('socket hang up');
  };
  return { mood, calls };
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

let bus: Served;
let taken: BusEntry[] = [];
const busTroubles = troublesOf('ThrottlingException', 400);
beforeAll(async () => {
  bus = await startEventBus((entries) => void taken.push(...entries), { hooks: busTroubles.hooks });
});
afterAll(() => bus.close());

describe.each(CARRIERS)('calls carried by: %s', (carrier) => {
  for (const fifo of [false, true]) {
    destinationContract(fifo ? 'an SQS FIFO queue' : 'an SQS queue', async () => {
      const url = await queue(fifo);
      const { mood, calls } = moody(carried[carrier].sqs);
      return {
        destination: sqsMessages({ queueUrl: url, calls }),
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
    const { mood, calls } = moody(carried[carrier].sns);
    return {
      destination: snsMessages({ topicArn: TopicArn, calls }),
      table: 't',
      holds: 'messages',
      content: async () => (await bodies(url)).map(dataOf),
      poison: sinkRow('t', 'p', 1, { s: 'x'.repeat(300_000) }),
      many: 100,
      ...troubles(mood),
    };
  });

  destinationContract('an EventBridge bus', async () => {
    taken = [];
    const calls = (carrier === 'sdk' ? sdkEvents : eventsCalls)({ env: env(bus.endpoint), maxAttempts: 1 });
    return {
      destination: eventBus({ bus: 'b', source: 'shop', calls }),
      table: 't',
      holds: 'messages',
      content: async () => taken.map((e) => JSON.parse(e.Detail ?? '').data),
      poison: sinkRow('t', 'p', 1, { s: 'x'.repeat(300_000) }),
      many: 1_000,
      ...busTroubles.make(),
    };
  });
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
  const d = sqsMessages({ queueUrl: url, calls: carried.signed.sqs });
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

test.each(CARRIERS)('a queue that is not there stops the line and does not blame the rows, by %s', async (carrier) => {
  const d = sqsMessages({
    queueUrl: `http://127.0.0.1:${server.port}/000000000000/nobody`,
    calls: carried[carrier].sqs,
  });
  await expect(d.write([sinkRow('t', 'a', 1)])).rejects.toMatchObject({ code: 'destination.unavailable' });
});
