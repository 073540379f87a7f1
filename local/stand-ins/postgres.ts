// A PostgreSQL on this machine: pglite behind a socket of its own, so that the real client and the real handler run. What a client sends up
// to its Sync is one call: connections take turns, one at a time, and a transaction keeps its turn. No TLS, no passwords.

import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { answerOf, type ErrorVerdict } from '../services/hooks.ts';
import { decide, type Request, type ServeOptions, type Service } from '../services/serve.ts';

export type LocalPostgres = {
  readonly port: number;
  /** A statement without hooks or meter: for making tables and looking at them. */
  query(text: string): Promise<{ readonly rows: readonly object[] }>;
  close(): Promise<void>;
};

const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;
const STARTUP = 196_608;
const [QUERY, SYNC, TERMINATE, PARSE] = ['Q', 'S', 'X', 'P'].map((c) => c.charCodeAt(0));

/**
 * pglite runs no autovacuum and no checkpoint by itself: rows that were written over, and segments of the log (16 MB each), would be kept for
 * ever. In calls that may write.
 */
export const VACUUM_EVERY = 20;
/** Not inside of somebody's transaction, where it is refused: then the next one does it. */
export const vacuum = async (db: { exec(sql: string): Promise<unknown> }): Promise<void> => {
  for (const one of ['vacuum', 'checkpoint']) await db.exec(one).catch(() => undefined);
};

/** One message to the client (PostgreSQL, section 55.7): type, length, body. */
const message = (type: string, ...parts: readonly (string | Buffer)[]): Buffer => {
  const body = Buffer.concat(parts.map((p) => (typeof p === 'string' ? Buffer.from(p) : p)));
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const READY = message('Z', 'I');
const WELCOME = Buffer.concat([
  message('R', Buffer.alloc(4)), // AuthenticationOk
  ...Object.entries({ server_version: '18.0', client_encoding: 'UTF8', standard_conforming_strings: 'on' }).map(
    ([name, value]) => message('S', `${name}\0${value}\0`),
  ),
  message('K', Buffer.alloc(8)),
  READY,
]);
const failure = (code: string, text: string): Buffer =>
  Buffer.concat([message('E', `SERROR\0VERROR\0C${code}\0M${text}\0\0`), READY]);

/** The statement of a call: that of its Query, or of its first Parse behind the statement's name. */
const statementOf = (bytes: Buffer): string => {
  const start = bytes[0] === PARSE ? bytes.indexOf(0, 5) + 1 : 5;
  return bytes.subarray(start, Math.max(start, bytes.indexOf(0, start))).toString();
};

export const startPostgres = async (options: ServeOptions = {}): Promise<LocalPostgres> => {
  const { PGlite } = await import('@electric-sql/pglite');
  const db = await PGlite.create();
  let writes = 0;
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(job: () => Promise<T>): Promise<T> => {
    const mine = turn.then(job, job);
    turn = mine.catch(() => undefined);
    return mine;
  };
  const service: Service = {
    read: ({ body }) => {
      const statement = statementOf(body);
      return { service: 'postgres', operation: /^\w*/.exec(statement)?.[0].toUpperCase() ?? '', body: { statement } };
    },
    handle: async ({ operation }, { body }) => {
      const answer = await inTurn(() => db.execProtocolRaw(body));
      if (operation !== 'SELECT' && ++writes % VACUUM_EVERY === 0) await inTurn(() => vacuum(db));
      return answerOf(200, {}, answer);
    },
    refuse: ({ error, message: text }: ErrorVerdict) =>
      answerOf(400, {}, failure(/^[0-9A-Z]{5}$/.test(error) ? error : 'XX000', text ?? error)),
  };
  const sockets = new Set<Socket>();

  const serveOne = (socket: Socket): void => {
    let rest: Buffer = Buffer.alloc(0);
    let pending: Buffer[] = [];
    let name: string | null = null;
    /** Answers go in the order of the calls. */
    let answering: Promise<void> = Promise.resolve();
    const call = (body: Buffer): void => {
      const request: Request = { method: 'POST', url: '/', headers: { 'user-agent': `fn/${name || 'outside'}` }, body };
      answering = answering.then(async () => {
        const answer = await decide(() => request, service, options);
        if (answer === 'hang') return;
        if (answer === 'drop') socket.destroy();
        else socket.write(answer.body);
      });
      answering.catch(() => socket.destroy());
    };
    const begin = (packet: Buffer): void => {
      const code = packet.readInt32BE(4);
      if (code === SSL_REQUEST || code === GSS_REQUEST) socket.write('N');
      else if (code === STARTUP) {
        const fields = packet.subarray(8).toString().split('\0');
        name = fields[fields.indexOf('application_name') + 1] ?? '';
        socket.write(WELCOME);
      } else socket.destroy();
    };
    const take = (packet: Buffer): void => {
      if (packet[0] === TERMINATE) return void socket.end();
      pending.push(packet);
      if (packet[0] !== SYNC && packet[0] !== QUERY) return;
      call(Buffer.concat(pending));
      pending = [];
    };
    socket.on('data', (chunk: Buffer) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (;;) {
        const [head, length] = name === null ? [0, 8] : [1, 5];
        if (rest.length < length) return;
        const size = head + rest.readInt32BE(head);
        if (rest.length < size) return;
        const packet = Buffer.from(rest.subarray(0, size));
        rest = rest.subarray(size);
        if (name === null) begin(packet);
        else take(packet);
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    sockets.add(socket);
  };
  const server = createServer(serveOne);
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(0, '127.0.0.1', done);
  });
  return {
    port: (server.address() as AddressInfo).port,
    query: (text) => inTurn(() => db.query(text)) as Promise<{ rows: object[] }>,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
      await inTurn(() => db.close());
    },
  };
};
