// Framed values of raw records -> what they say, by their writers' schemas, which are fetched once and kept.
import { Lru } from '../enrich/lru.ts';
import { type ParsedJson, parseJson } from '../event/json.ts';
import type { UserRecord } from '../event/unpack.ts';
import { getOrMake } from '../get-or-make.ts';
import type { Source } from '../pipeline.ts';
import type { Clock } from '../ports.ts';
import { type EpochMs, minutes } from '../time.ts';
import { avroReader } from './avro.ts';
import { AvroError } from './avro-cursor.ts';
import { readFrame } from './frame.ts';

/** As a registry knows it. `format` in capitals: AVRO, JSON, PROTOBUF. */
export type WriterSchema = {
  readonly format: string;
  readonly text: string;
  /** Schemas that it refers to, those without references first. */
  readonly references: readonly string[];
};
/**
 * @returns null when the registry has no schema of that id
 * @throws  Fault `registry.unavailable`
 */
export type FetchSchema = (id: string) => Promise<WriterSchema | null>;

type Refused = { readonly rule: 'framing.corrupt' | 'framing.unknown-schema'; readonly cause: string };
/** A value as the JSON it stands for. */
export type Opened = { readonly bytes: Uint8Array } | Refused;
/** undefined: the record does not begin as the source's values do. Pure. */
export type Open = (source: Source, bytes: Uint8Array) => Opened | undefined;
/** Fetches what the records of one raw record need. @throws Fault `registry.unavailable` */
export type Frames = (records: readonly UserRecord[]) => Promise<Open>;
/** @param env as a function has it: credentials, endpoints */
export type FramesFor = (env: Readonly<Record<string, string | undefined>>, clock: Clock) => Frames;

type Read = (payload: Uint8Array) => Opened;
type Known = { readonly read: Read; readonly until: EpochMs };

/** A registry's schemas never change, but one may be registered later. */
const UNKNOWN_FOR = minutes(1);
const ROOM = 1_000;
/** So that a hostile record cannot make thousands of requests. */
const MOST_SCHEMAS = 100;

const refuse =
  (cause: string): Read =>
  () => ({ rule: 'framing.unknown-schema', cause });

const readJson: Read = (payload) => {
  const parsed: ParsedJson = parseJson(payload);
  return parsed.ok ? { bytes: payload } : { rule: 'framing.corrupt', cause: parsed.cause };
};

const readerOf = (id: string, schema: WriterSchema | null): Read => {
  if (schema === null) return refuse(`the registry has no schema ${id}`);
  if (schema.format === 'JSON') return readJson;
  if (schema.format !== 'AVRO') return refuse(`schema ${id} is ${schema.format}; AVRO and JSON are read`);
  let read: (bytes: Uint8Array) => string;
  try {
    read = avroReader(schema.text, schema.references);
  } catch (error) {
    if (!(error instanceof AvroError)) throw error;
    return refuse(`schema ${id} cannot be read: ${error.message}`);
  }
  return (payload) => {
    try {
      return { bytes: Buffer.from(read(payload)) };
    } catch (error) {
      if (!(error instanceof AvroError)) throw error;
      return { rule: 'framing.corrupt', cause: `not a value of schema ${id}: ${error.message}` };
    }
  };
};

const keyOf = ({ name }: Source, id: string): string => `${name} ${id}`;

/** @param fetchOf the registry of a source */
export const framesOf = (
  sources: readonly Source[],
  fetchOf: (source: Source) => FetchSchema,
  clock: Clock,
): Frames => {
  const framed = sources.filter((s) => s.framing !== undefined);
  const fetchers = new Map<Source, FetchSchema>();
  const kept = new Lru<Known>(ROOM);

  const readBy = async (source: Source, id: string): Promise<Read> => {
    const key = keyOf(source, id);
    const found = kept.get(key);
    if (found !== undefined && clock.now() < found.until) return found.read;
    const schema = await getOrMake(fetchers, source, () => fetchOf(source))(id);
    const read = readerOf(id, schema);
    kept.set(key, { read, until: schema === null ? clock.now() + UNKNOWN_FOR : Number.POSITIVE_INFINITY });
    return read;
  };

  return async (records) => {
    const reads = new Map<string, Read>();
    for (const { bytes, partitionKey } of records)
      for (const source of framed) {
        if (source.prefix !== undefined && !partitionKey.startsWith(source.prefix)) continue;
        const frame = readFrame((source.framing as NonNullable<Source['framing']>).kind, bytes);
        if (frame.kind === 'none') continue;
        if (frame.kind === 'framed' && !reads.has(keyOf(source, frame.id)) && reads.size < MOST_SCHEMAS)
          reads.set(keyOf(source, frame.id), await readBy(source, frame.id));
        break;
      }
    return (source, bytes) => {
      if (source.framing === undefined) return undefined;
      const frame = readFrame(source.framing.kind, bytes);
      if (frame.kind === 'none') return undefined;
      if (frame.kind === 'corrupt') return { rule: 'framing.corrupt', cause: frame.cause };
      const read = reads.get(keyOf(source, frame.id));
      return read === undefined
        ? { rule: 'framing.unknown-schema', cause: `one record names more than ${MOST_SCHEMAS} schemas` }
        : read(frame.payload);
    };
  };
};
