// From the bytes of a raw record to events: KPL, gzip, JSON, CloudEvents, HTTP, and the fields that enrich adds.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { JsonObject } from '../../../shared/event/cloud-event.ts';
import { gunzip } from '../../../shared/event/gzip.ts';
import { bindHttp } from '../../../shared/event/http-binding.ts';
import { parseJson, stringifyJson } from '../../../shared/event/json.ts';
import { decodeAggregate, encodeAggregate } from '../../../shared/event/kpl.ts';
import { toEvent } from '../../../shared/event/to-event.ts';
import { unpackRecord } from '../../../shared/event/unpack.ts';
import { FAULTS } from '../../../shared/faults.ts';
import { add, resultOf, startWork } from '../../../shared/steps/enrich/work.ts';
import { context, json, utf8 } from '../../event/given.ts';
import type { Decoder } from '../decoder.ts';

const DIGEST = 16;
const MAGIC = 4;

const mustBeRule = (rule: string): void => {
  if ((FAULTS as Readonly<Record<string, string>>)[rule] !== 'reject') throw new Error(`no rule ${rule}`);
};
const must = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(what);
};

const cloudEvents = [
  {
    specversion: '1.0',
    id: 'e1',
    source: '/a',
    type: 'order.v1',
    time: '2026-03-01T11:59:00.000Z',
    data: { total: 3, store: 'oslo' },
  },
  {
    specversion: '1.0',
    id: 'e2',
    source: 'urn:x',
    type: 'visit.v1',
    time: '2026-03-01T12:59:00+01:00',
    data_base64: 'eyJhIjoxfQ==',
  },
  {
    specversion: '1.0',
    id: '3',
    source: '/ü',
    type: 'reading.v1',
    subject: 's',
    partitionkey: 'k',
    data: { meta: { ts: 1772366340000, n: 7 } },
  },
  {
    plain: 1,
    type: 'order.v1',
    source: 'http',
    data: { placed_at: '2026-03-01 11:59:00', order_no: 12345678901234567890n.toString(), total: 1.5 },
  },
].map(json);

const aggregate = encodeAggregate(
  cloudEvents.map((data, i) => ({
    partitionKey: `key-${i % 2}`,
    explicitHashKey: i === 3 ? '12345' : undefined,
    data,
  })),
);

/** The magic and a right MD5 around whatever stands between. */
const asAggregate = (bytes: Uint8Array): Uint8Array => {
  const body = bytes.subarray(MAGIC, Math.max(MAGIC, bytes.length - DIGEST));
  return Buffer.concat([aggregate.subarray(0, MAGIC), body, createHash('md5').update(body).digest()]);
};

const readAll = (bytes: Uint8Array): void => {
  const decoded = decodeAggregate(bytes);
  if (decoded.kind !== 'aggregate') return;
  for (const r of decoded.records) {
    must(typeof r.partitionKey === 'string', 'a record without a key');
    must(r.explicitHashKey === undefined || /^\d{1,39}$/.test(r.explicitHashKey), `hash key ${r.explicitHashKey}`);
    must(r.data.length <= bytes.length, 'more data than there are bytes');
  }
};

const body = (text: string): Uint8Array => utf8(text);
const HEADERS: readonly Readonly<Record<string, string>>[] = [
  { 'content-type': 'application/cloudevents+json' },
  { 'content-type': 'application/cloudevents-batch+json; charset=UTF-8' },
  { 'content-type': 'application/json', 'x-event-type': 'order.v1' },
  { 'content-type': 'application/x-ndjson' },
  {
    'content-type': 'text/plain',
    'ce-specversion': '1.0',
    'ce-id': '"a%20b"',
    'ce-source': '/s',
    'ce-type': 'visit.v1',
  },
  { 'ce-specversion': '1.0', 'ce-id': '%', 'ce-source': '/s', 'ce-type': 'order.v1' },
];

export const eventDecoders: readonly Decoder[] = [
  { name: 'KPL', seeds: [aggregate], seal: (b, rng) => (rng.chance(0.85) ? asAggregate(b) : b), check: readAll },
  {
    name: 'raw record',
    seeds: [aggregate, gzipSync(aggregate), ...cloudEvents.map((e) => gzipSync(e))],
    seal: (b, rng) => (rng.chance(0.3) ? asAggregate(b) : rng.chance(0.4) ? gzipSync(b) : b),
    check: (bytes) => {
      const unpacked = unpackRecord(bytes, 'k');
      if (!unpacked.ok) return mustBeRule(unpacked.rule);
      unpacked.records.forEach((r, i) => {
        must(r.index === i && typeof r.partitionKey === 'string', `record ${i}`);
        const event = toEvent(r.bytes, context);
        if (event.kind === 'reject') mustBeRule(event.rule);
      });
    },
  },
  {
    name: 'gzip',
    seeds: [gzipSync('a'.repeat(4_000)), gzipSync(aggregate), gzipSync('')],
    seal: (b, rng) => (rng.chance(0.3) ? gzipSync(b) : b),
    check: (bytes) => {
      const out = gunzip(bytes, 1_000);
      if (out.ok) must(out.bytes.length <= 1_000, 'more than the room');
      else mustBeRule(out.rule);
    },
  },
  {
    name: 'JSON',
    seeds: [...cloudEvents, body('[1,-0,1e400,9007199254740993,"\\ud83d\\udeb2",{"__proto__":{"a":[[[]]]}}]')],
    check: (bytes) => {
      const parsed = parseJson(bytes);
      if (!parsed.ok) return mustBeRule(parsed.rule);
      const again = parseJson(Buffer.from(stringifyJson(parsed.value)));
      must(
        again.ok && stringifyJson(again.value) === stringifyJson(parsed.value),
        'another value after writing and reading',
      );
    },
  },
  {
    name: 'CloudEvents',
    seeds: cloudEvents,
    check: (bytes) => {
      const result = toEvent(bytes, context);
      if (result.kind === 'reject') return mustBeRule(result.rule);
      const again = toEvent(result.bytes, context);
      if (again.kind !== 'event') throw new Error(`passed, then ${again.rule}: ${again.cause}`);
      must(again.time === result.time, `time ${result.time}, then ${again.time}`);
      must(Buffer.from(again.bytes).equals(Buffer.from(result.bytes)), 'other bytes the second time');
    },
  },
  {
    name: 'HTTP',
    seeds: [
      ...cloudEvents,
      body(`[${cloudEvents.map((e) => Buffer.from(e)).join(',')}]`),
      Buffer.concat(cloudEvents.flatMap((e) => [e, body('\n')])),
    ],
    check: (bytes) => {
      for (const headers of HEADERS) {
        const bound = bindHttp({ headers: new Headers(headers), body: bytes }, context.types, 20);
        if (bound.kind === 'broken') mustBeRule(bound.rule);
        if (bound.kind !== 'events') continue;
        must(bound.events.length <= 20, 'more events than allowed');
        for (const e of bound.events)
          if (e.kind === 'reject') mustBeRule(e.rule);
          else must(parseJson(e.bytes).ok && e.key !== '', 'bytes for raw that are no JSON');
      }
    },
  },
  {
    name: 'enrich',
    seeds: cloudEvents,
    check: (bytes) => {
      // Only what `validate` passed comes here.
      const passed = toEvent(bytes, context);
      if (passed.kind === 'reject') return;
      const event = {
        kind: 'event',
        lane: 's/0',
        seq: '0',
        index: 0,
        child: 0,
        arrival: 0,
        key: 'k',
        bytes: passed.bytes,
      } as const;
      const work = startWork(event, new Set(Object.keys(context.types)));
      if (work === 'as it is' || !('event' in work)) return;
      add(work, 'geo', { city: 'Oslo' });
      const [out] = resultOf(work).out;
      if (out === undefined || !('bytes' in out)) throw new Error('the event is lost');
      const [before, after] = [parseJson(passed.bytes), parseJson(out.bytes)];
      if (!before.ok || !after.ok) throw new Error('no JSON');
      const { data, ...rest } = before.value as { readonly data: JsonObject };
      const { data: grown, ...same } = after.value as { readonly data: JsonObject };
      // The same event, and the same data with one field more.
      must(stringifyJson(same) === stringifyJson(rest), 'a changed attribute');
      must(stringifyJson(grown) === stringifyJson({ ...data, geo: { city: 'Oslo' } }), 'changed data');
    },
  },
];
