// A Kafka broker on this machine for producers: the real client speaks its protocol to it, without a JVM. It knows what an idempotent
// producer needs, in one version each: ApiVersions, Metadata, InitProducerId, Produce. No TLS, no login, nothing to consume.
// https://kafka.apache.org/protocol
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Reader, readRecordsBatch } from '@platformatic/kafka';
import { type Asked, decide, Refused, type Request, type ServeOptions, type Service } from '../services/serve.ts';
import { brokerLog, type TopicEntry } from './broker-log.ts';
import {
  API_VERSIONS,
  apiVersions,
  type BrokerCall,
  codeOf,
  framed,
  headOf,
  METADATA,
  metadata,
  OPERATIONS,
  PRODUCE,
  partsOf,
  produced,
  readCall,
} from './broker-wire.ts';

export type LocalBroker = { readonly address: string; close(): Promise<void> };

/** A topic's own bound where nobody raised it (max.message.bytes), for all records of a partition in one request. */
const MOST_BYTES = 1_048_588;
/** @param taken told each record that was stored, in the order of its partition */
export const startBrokerHere = async (
  taken: (entry: TopicEntry) => void,
  options: ServeOptions = {},
): Promise<LocalBroker> => {
  const log = brokerLog();
  let producers = 0n;
  let port = 0;

  const service: Service = {
    read: ({ body }): Asked => {
      const call = readCall(body);
      return { service: 'kafka', operation: OPERATIONS[call.api] ?? String(call.api), body: call };
    },
    handle: ({ body, operation }, request) => {
      const call = body as BrokerCall;
      if (operation === 'Metadata') return metadata(call, port, 0);
      if (operation === 'InitProducerId')
        return framed(call.correlation, (w) => w.appendInt32(0).appendInt16(0).appendInt64(++producers).appendInt16(0));
      if (operation !== 'Produce') throw new Refused({ error: 'UNSUPPORTED_VERSION', status: 400 });
      const r = Reader.from(request.body);
      headOf(r);
      const outcomes = new Map<string, { error: number; offset: number }>();
      for (const { topic, partition, batch } of partsOf(r)) {
        const appended =
          batch.length > MOST_BYTES
            ? { error: 'MESSAGE_TOO_LARGE' }
            : log.append(topic, partition, readRecordsBatch(Reader.from(batch)));
        if ('error' in appended) outcomes.set(`${topic}/${partition}`, { error: codeOf(appended.error), offset: -1 });
        else {
          outcomes.set(`${topic}/${partition}`, { error: 0, offset: appended.offset });
          for (const entry of appended.entries) taken(entry);
        }
      }
      return produced(call, (t, p) => outcomes.get(`${t}/${p}`) ?? { error: -1, offset: -1 });
    },
    refuse: ({ error }, asked) => {
      const call = asked?.body as BrokerCall;
      const code = codeOf(error);
      if (call.api === PRODUCE) return produced(call, () => ({ error: code, offset: -1 }));
      if (call.api === METADATA) return metadata(call, port, code);
      return framed(call.correlation, (w) => w.appendInt32(0).appendInt16(code).appendInt64(-1n).appendInt16(-1));
    },
  };

  const sockets = new Set<Socket>();
  const serveOne = (socket: Socket): void => {
    let rest: Buffer = Buffer.alloc(0);
    /** Answers go in the order of the calls. */
    let answering: Promise<void> = Promise.resolve();
    const take = (body: Buffer): void => {
      const head = headOf(Reader.from(body));
      const request: Request = { method: 'POST', url: '/', headers: { 'user-agent': `fn/${head.client}` }, body };
      answering = answering.then(async () => {
        const answer = head.api === API_VERSIONS ? apiVersions(head) : await decide(() => request, service, options);
        if (answer === 'hang') return;
        if (answer === 'drop') socket.destroy();
        else socket.write(answer.body);
      });
      answering.catch(() => socket.destroy());
    };
    socket.on('data', (chunk: Buffer) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
        const end = 4 + rest.readInt32BE(0);
        take(Buffer.from(rest.subarray(4, end)));
        rest = rest.subarray(end);
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    sockets.add(socket);
  };
  const server = createServer(serveOne);
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(options.port ?? 0, '127.0.0.1', done);
  });
  port = (server.address() as AddressInfo).port;
  return {
    address: `127.0.0.1:${port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
};
