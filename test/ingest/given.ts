// The sample's types, a stream in memory, and an app on it whose every answer is held against its own description.
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'vitest';
import { unpackRecord } from '../../shared/event/unpack.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import type { EventType } from '../../shared/pipeline.ts';
import type { Clock, Stream } from '../../shared/ports.ts';
import { createApp } from '../../shared/steps/ingest/app.ts';
import { openApi } from '../../shared/steps/ingest/open-api.ts';
import type { Patience } from '../../shared/steps/ingest/patience.ts';

const type = (name: string, id: string | null, key: string | null): EventType => ({
  type: name,
  check: () => null,
  time: null,
  id: id === null ? null : [id],
  key: key === null ? null : [key],
});

export const TYPES = {
  'page_view.v1': type('page_view.v1', null, 'visitor'),
  'order.v1': type('order.v1', 'order_id', 'visitor'),
  'note.v1': type('note.v1', null, null),
} as const;

export const noon: Clock = { now: () => Date.UTC(2026, 0, 5, 12) };

/** Tries up to n times, without waiting. */
export const tries =
  (n: number): Patience =>
  () => ({ again: async (failures) => failures < n, left: () => Number.POSITIVE_INFINITY });

export const cloudEvent = (over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  specversion: '1.0',
  id: 'o-1',
  source: 'https://shop.example',
  type: 'order.v1',
  data: { order_id: 'o-1', visitor: 'ann' },
  ...over,
});

export type OnStream = {
  readonly shard: string;
  readonly seq: string;
  readonly index: number;
  readonly key: string;
  readonly text: string;
};

/** Everything on a log, unpacked as the next function does it; shard by shard, in order. */
export const onStream = (log: MemoryLog): readonly OnStream[] =>
  log.shards().flatMap(({ id }) =>
    log.read(id, null).records.flatMap((record) => {
      const unpacked = unpackRecord(record.data, record.partitionKey);
      if (!unpacked.ok) throw new Error(unpacked.cause);
      return unpacked.records.map(({ index, partitionKey, bytes }) => ({
        shard: id,
        seq: record.seq,
        index,
        key: partitionKey,
        text: Buffer.from(bytes).toString(),
      }));
    }),
  );

const ajv = new Ajv2020({ strict: false });
(addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
const described = openApi(Object.keys(TYPES));
ajv.addSchema({ $id: 'https://openapi.test/', ...described });

/** The status is one that the description lists for the path, and the body is what it says. */
export const expectDescribed = (path: string, method: string, status: number, body: unknown): void => {
  const known = Object.keys(described.paths).find((p) => new RegExp(`^${p.replace(/\{.*\}/, '[^/]+')}$`).test(path));
  if (known === undefined) {
    expect(status).toBe(404);
    return;
  }
  const operations = described.paths[known as '/events'] as Record<string, { responses: Record<string, unknown> }>;
  const listed = operations[method.toLowerCase()] ?? Object.values(operations)[0];
  expect(Object.keys(listed?.responses ?? {})).toContain(String(status));
  const at = `#/paths/${known.replaceAll('/', '~1')}/${operations[method.toLowerCase()] ? method.toLowerCase() : Object.keys(operations)[0]}/responses/${status}/content/application~1json/schema`;
  const check = ajv.getSchema(`https://openapi.test/${at.replaceAll('{', '%7B').replaceAll('}', '%7D')}`);
  if (check === undefined) throw new Error(`${at} is not described`);
  expect(check(body) ? [] : check.errors).toEqual([]);
};

export type Reply = {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared, field by field, with what is expected
  readonly body: any;
};

export type Door = {
  readonly log: MemoryLog;
  ask(
    method: string,
    path: string,
    headers?: Readonly<Record<string, string>>,
    body?: string | Uint8Array,
  ): Promise<Reply>;
  post(path: string, contentType: string, body: string | Uint8Array, more?: Record<string, string>): Promise<Reply>;
};

export type DoorOptions = {
  readonly shards?: number;
  readonly stream?: (log: MemoryLog) => Stream;
  readonly tries?: number;
};

export const door = ({ shards = 1, stream = (log) => memoryStream(log), tries: n = 3 }: DoorOptions = {}): Door => {
  const log = new MemoryLog('raw', { shards });
  const app = createApp({
    raw: stream(log),
    clock: noon,
    types: TYPES,
    patience: tries(n),
    onError: (error) => {
      throw error;
    },
  });
  const ask: Door['ask'] = async (method, path, headers = {}, body) => {
    const response = await app.request(path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: body as string }),
    });
    const answered = method === 'HEAD' ? null : await response.json();
    if (method !== 'HEAD') expectDescribed(path, method, response.status, answered);
    return { status: response.status, headers: response.headers, body: answered };
  };
  return {
    log,
    ask,
    post: (path, contentType, body, more = {}) => ask('POST', path, { 'content-type': contentType, ...more }, body),
  };
};
