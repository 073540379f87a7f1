// A service that answers as a test tells it, byte by byte, and a clock that no wait moves.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export type Asked = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};
/** Text goes out as it is: status line, headers and all. `cut` closes the connection behind it, `silent` sends nothing. */
export type Told = { readonly raw: string; readonly cut?: boolean } | 'cut' | 'silent';

export type Wire = {
  readonly endpoint: string;
  readonly asked: Asked[];
  /** Connections that were opened. */
  connections(): number;
  /** Answers in their order; the last one stays. */
  tell(...answers: readonly Told[]): void;
  close(): Promise<void>;
};

export const startWire = async (): Promise<Wire> => {
  const asked: Asked[] = [];
  const open = new Set<Socket>();
  let [answers, connections]: [readonly Told[], number] = [[], 0];
  const server: Server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const { method = '', url = '', headers, socket } = message;
      asked.push({ method, url, headers, body: Buffer.concat(chunks) });
      const now = answers[0] as Told;
      if (answers.length > 1) answers = answers.slice(1);
      if (now === 'silent') return;
      if (now !== 'cut') socket.write(now.raw);
      if (now === 'cut' || now.cut) socket.destroySoon();
      // Node's own answer must never follow; the connection goes on with the next request.
      else response.detachSocket(socket);
    });
  });
  server.on('connection', (socket) => {
    connections++;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    connections: () => connections,
    tell(...all) {
      asked.length = 0;
      answers = all;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
};

export const answer = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Told => {
  const all = { 'content-length': String(Buffer.byteLength(body)), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return { raw: `HTTP/1.1 ${status} Said\r\n${lines.join('')}\r\n${body}` };
};
