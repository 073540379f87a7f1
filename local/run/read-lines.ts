import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CallError } from '../cli/call-error.ts';

/** Names of standard input; it may be a socket, which cannot be opened by its path. */
export const STANDARD_INPUT: readonly string[] = ['-', '/dev/stdin', '/dev/fd/0', '/proc/self/fd/0'];

/** gzip's magic bytes (RFC 1952, section 2.3.1). */
const MAGIC = [0x1f, 0x8b] as const;

/** The bytes behind a path, unpacked when they are gzip. A pipe is read once, so its beginning is looked at, not read again. */
async function* bytesOf(file: Readable): AsyncGenerator<Buffer> {
  const chunks = file[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let head = Buffer.alloc(0);
  while (head.length < MAGIC.length) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* whole(): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  // What breaks behind the unzipping destroys it, with the error that its reader then gets.
  const packed = MAGIC.every((byte, i) => head[i] === byte);
  yield* packed ? pipeline(whole(), createGunzip(), () => {}) : whole();
}

/** Splits at LF or CRLF, and leaves out empty lines. */
async function* linesIn(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  const line = (last: Buffer): Buffer => {
    const whole = rest.length === 0 ? last : Buffer.concat([...rest, last]);
    rest = [];
    return whole.at(-1) === 0x0d ? whole.subarray(0, -1) : whole;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      const found = line(chunk.subarray(start, end));
      if (found.length > 0) yield found;
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  const last = line(Buffer.alloc(0));
  if (last.length > 0) yield last;
}

async function* opened<T>(path: string, read: (chunks: AsyncIterable<Buffer>) => AsyncIterable<T>): AsyncGenerator<T> {
  const file = STANDARD_INPUT.includes(path) ? process.stdin : createReadStream(path, { highWaterMark: 256 * 1024 });
  try {
    yield* read(bytesOf(file));
  } catch (error) {
    throw new CallError(`--input ${path} cannot be read to its end: ${(error as Error).message}`);
  } finally {
    file.destroy();
  }
}

/**
 * The lines of a file, a pipe or standard input as bytes, exactly as they came, without their ends. Takes gzip by its content.
 * @throws CallError when it cannot be read to its end: no right to, broken gzip
 */
export const readLines = (path: string): AsyncGenerator<Buffer> => opened(path, linesIn);

/** The same as one piece. */
export const readWhole = async (path: string): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of opened(path, (all) => all)) chunks.push(chunk);
  return Buffer.concat(chunks);
};
