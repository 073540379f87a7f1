// What sources deliver: adapters, frames of schema registries, Avro, requests of third parties.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import avsc from 'avsc';
import { deliveredOf } from '../../../local/run/delivery.ts';
import { jsonValues } from '../../../local/run/json-values.ts';
import { adaptBy } from '../../../shared/adapters/adapt.ts';
import type { Json } from '../../../shared/event/cloud-event.ts';
import { parseJson, stringifyJson } from '../../../shared/event/json.ts';
import { FAULTS } from '../../../shared/faults.ts';
import { avroReader } from '../../../shared/framings/avro.ts';
import { AvroError } from '../../../shared/framings/avro-cursor.ts';
import { readFrame } from '../../../shared/framings/frame.ts';
import { type Hook, LINE_FORMATS, type Source } from '../../../shared/pipeline.ts';
import { hookEvent } from '../../../shared/steps/ingest/hook-event.ts';
import { refuseUnsigned } from '../../../shared/steps/ingest/signature.ts';
import { AT, source } from '../../adapters/given.ts';
import * as samples from '../../adapters/samples.ts';
import { json } from '../../event/given.ts';
import type { Decoder } from '../decoder.ts';

const must = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(what);
};
const text = (sample: Json | string): Buffer =>
  Buffer.from(typeof sample === 'string' ? sample : stringifyJson(sample));

const TABLES = { '*': 'it.v1' };
const SHAPES: readonly Source[] = [
  source('cloudwatch-logs'),
  source('iot'),
  ...(['dms', 'dynamodb', 'debezium'] as const).map((adapter) => source(adapter, { tables: TABLES })),
  ...(['eventbridge', 'sns', 'sqs'] as const).map((adapter) => source(adapter)),
];
const LINES = LINE_FORMATS.map((format) =>
  source('agent', {
    format,
    columns: [
      { name: 'a', type: 'number' },
      { name: 'b', type: 'text' },
    ],
  }),
);
const BY_SHAPE = adaptBy(SHAPES);
const BY_LINE = LINES.map((line) => adaptBy([line]));

/** Every event is one that could have come by HTTP, every refusal has a rule; an adapter that throws is a bug. */
const adapts = (adapt: ReturnType<typeof adaptBy>, bytes: Uint8Array): void => {
  const out = adapt?.([{ index: 0, partitionKey: '{"id":7}', bytes }], AT);
  if (!out?.ok) return;
  out.events.forEach(({ user, refused }, i) => {
    must(user.index === i, 'indexes count');
    must(
      refused === undefined || (FAULTS as Record<string, string>)[refused.rule] === 'reject',
      `no rule ${refused?.rule}`,
    );
    must(refused?.rule !== 'adapter.threw', refused?.cause ?? '');
  });
};

const LONG_LIST: Json = {
  type: 'record',
  name: 'Node',
  fields: [
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-micros' } },
    { name: 'total', type: { type: 'bytes', logicalType: 'decimal', precision: 20, scale: 4 } },
    { name: 'tags', type: { type: 'map', values: ['null', 'string', 'double'] } },
    { name: 'empty', type: { type: 'array', items: { type: 'record', name: 'None', fields: [] } } },
    { name: 'state', type: { type: 'enum', name: 'State', symbols: ['A', 'B'] } },
    { name: 'next', type: ['null', 'Node'] },
  ],
};
const readNode = avroReader(stringifyJson(LONG_LIST));
const node = (next: object | null): object => ({
  at: 1767603600123456,
  total: Buffer.from('03e8', 'hex'),
  tags: { a: { string: 'x' }, b: { double: 1.5 }, c: null },
  empty: [{}, {}],
  state: 'B',
  next: next && { Node: next },
});
const NODE = avsc.Type.forSchema(LONG_LIST as avsc.Schema, { wrapUnions: 'always' } as object).toBuffer(
  node(node(null)),
);
must(parseJson(Buffer.from(readNode(NODE))).ok, 'the seed itself is a value');

const HOOKS = (['github', 'stripe', 'hmac'] as const).map(
  (scheme): Hook => ({
    scheme,
    header: 'x-signature',
    encoding: 'base64',
    prefix: 'v1=',
    secret: 's',
    id: scheme === 'hmac' ? null : { field: ['id'] },
    type: { field: ['type'] },
    time: { field: ['created'] },
    events: { paid: 'it.v1', gone: null },
  }),
);

const SAMPLES = join(import.meta.dirname, '../../../events/sources');

export const sourceDecoders: readonly Decoder[] = [
  {
    name: 'adapters by shape',
    seeds: Object.values(samples).map(text),
    check: (bytes) => adapts(BY_SHAPE, bytes),
  },
  {
    name: 'adapters of lines',
    seeds: [samples.COMMON, samples.COMBINED, '1,"a ""b"""\n2,c\n', '{"a":1}\n{"a":2}\n'].map(text),
    check: (bytes) => {
      for (const adapt of BY_LINE) adapts(adapt, bytes);
    },
  },
  {
    name: 'frames of schema registries',
    seeds: [
      Buffer.concat([Buffer.from([3, 0]), Buffer.alloc(16, 7), NODE]),
      Buffer.concat([Buffer.from([3, 5]), Buffer.alloc(16, 7), deflateSync(NODE)]),
      Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), NODE]),
    ],
    check: (bytes) => {
      for (const kind of ['glue', 'confluent'] as const) {
        const frame = readFrame(kind, bytes);
        must(frame.kind !== 'framed' || frame.payload.length <= 8 * 1024 * 1024, 'unpacked beyond the bound');
      }
    },
  },
  {
    name: 'avro values',
    seeds: [NODE, Buffer.concat([NODE, NODE])],
    check: (bytes) => {
      try {
        must(parseJson(Buffer.from(readNode(bytes))).ok, 'what it writes is no JSON');
      } catch (error) {
        if (!(error instanceof AvroError)) throw error;
      }
    },
  },
  {
    name: 'avro schemas',
    seeds: [text(LONG_LIST), text(['null', { type: 'fixed', name: 'a.b', size: 12, logicalType: 'duration' }])],
    check: (bytes) => {
      try {
        avroReader(Buffer.from(bytes).toString())(NODE);
      } catch (error) {
        if (!(error instanceof AvroError)) throw error;
      }
    },
  },
  {
    name: 'webhooks',
    seeds: [{ id: 'a', type: 'paid', created: 1767603600 }, { id: 'b', type: 'gone' }, [1]].map(json),
    check: (bytes) => {
      const headers = new Headers({ 'x-signature': Buffer.from(bytes).toString('base64') });
      for (const hook of HOOKS) {
        const event = hookEvent({ ...source('webhook'), hook }, headers, bytes, {});
        must(event.kind !== 'event' || parseJson(event.bytes).ok, 'what it writes is no JSON');
        must(event.kind !== 'reject' || (FAULTS as Record<string, string>)[event.rule] === 'reject', 'no rule');
      }
    },
  },
  {
    name: 'signatures of webhooks',
    seeds: [text('t=1767603600,v1=00'), text('sha256=00'), text('v1=AAAA')],
    check: (bytes) => {
      // As a server of HTTP hands them on: no control characters, nothing beyond Latin-1.
      const value = Buffer.from(bytes)
        .toString('latin1')
        .replace(/[^\x20-\x7e]/g, '');
      const headers = new Headers({ 'x-signature': value, 'stripe-signature': value, 'x-hub-signature-256': value });
      for (const hook of HOOKS)
        must(refuseUnsigned(hook, [Buffer.from('s')], headers, bytes, AT) !== null, 'nobody guesses a signature');
    },
  },
  {
    name: 'samples of sources',
    seeds: ['dms.ndjson', 'debezium.txt', 'sns.json', 'get-records.json'].map((f) => readFileSync(join(SAMPLES, f))),
    check: (bytes) => {
      const buffer = Buffer.from(bytes);
      const values = jsonValues(buffer);
      must(values.reduce((sum, v) => sum + v.length, 0) <= buffer.length, 'a value is part of the file');
      for (const value of values) for (const by of SHAPES) deliveredOf(value, by);
    },
  },
];
