// The JSON protocols of AWS, 1.0 and 1.1: the operation stands in a header, input and output are JSON, errors name themselves in `__type`.
// https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
import { crc32 } from 'node:zlib';
import type { Calls, Operations } from '../calls.ts';
import type { WireAnswer } from './exchange.ts';
import { openDoor, type Place, type SignedOptions } from './service.ts';
import { headerOf, ServiceError, unreadable } from './service-error.ts';

export type JsonService = Place & {
  /** Before the operation's name: `DynamoDB_20120810`. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
  /** Gives an output the types that JSON has not; it may change what it is given. */
  readonly revive?: (operation: string, output: object) => object;
};

/** Bytes as base64 and instants as seconds; fields that are undefined are left out by JSON itself. */
const toWire = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  if (Array.isArray(value)) return value.map(toWire);
  if (value instanceof Date) return value.getTime() / 1_000;
  const out: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) out[name] = toWire(inner);
  return out;
};

const parsed = (body: Buffer): Record<string, unknown> | undefined => {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
};

/** `com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException:http://…` names what stands between `#` and `:`. */
const nameIn = (type: string): string => type.split(':')[0]?.split('#').at(-1) ?? '';

const refusal = (answer: WireAnswer): ServiceError => {
  const body = parsed(answer.body);
  const { __type, code, message, Message, ...fields } = body ?? {};
  const type = headerOf(answer, 'x-amzn-errortype') ?? __type ?? code;
  if (typeof type !== 'string' || type === '') return unreadable(answer);
  return new ServiceError(nameIn(type), String(message ?? Message ?? ''), answer, fields);
};

export const readJson = (answer: WireAnswer): object => {
  if (answer.status !== 200) throw refusal(answer);
  const sum = headerOf(answer, 'x-amz-crc32');
  if (sum !== undefined && crc32(answer.body) !== Number(sum))
    throw new ServiceError('UnreadableAnswer', `its checksum is not x-amz-crc32 ${sum}`, answer);
  const output = parsed(answer.body);
  if (output === undefined) throw unreadable(answer);
  return output;
};

export const jsonCalls = <A extends Operations>(service: JsonService, options?: SignedOptions): Calls<A> => {
  const { target, version, revive = (_, output) => output } = service;
  const door = openDoor(service, options);
  return (operation, input, call) =>
    door.ask(
      {
        method: 'POST',
        path: '/',
        headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': `${target}.${operation}` },
        body: Buffer.from(JSON.stringify(toWire(input))),
      },
      (answer) => revive(operation, readJson(answer)) as A[typeof operation]['out'],
      call,
    );
};
