// Avro values by their writer's schema (https://avro.apache.org/docs/1.12.0/specification/) -> JSON text. Written here, not by a library:
// a count in hostile bytes must not be believed (docs/decisions/2026-11-22-avro.md).
import { isUtf8 } from 'node:buffer';
import type { Json, JsonObject } from '../event/cloud-event.ts';
import { MAX_DEPTH, parseJson } from '../event/json.ts';
import { isObject } from '../event/path.ts';
import { AvroError, type Cursor, readBytes, readLong, readSize, spend, take } from './avro-cursor.ts';
import { decimalScale, decimalText, integerShower } from './avro-logical.ts';

type Read = (c: Cursor) => string;

/** Characters of JSON that one value may become: no event may be longer. */
const MOST_JSON = 1024 * 1024;
const INT = 2_147_483_648n;

const textOf = (c: Cursor): string => {
  const bytes = readBytes(c, readSize(c));
  if (!isUtf8(bytes)) throw new AvroError('a text is not UTF-8');
  return bytes.toString();
};
const quoted = (c: Cursor, text: string): string => spend(c, JSON.stringify(text));
const double = (c: Cursor, value: number): string =>
  // JSON has no such numbers; their names keep them apart from null.
  spend(c, Number.isFinite(value) ? JSON.stringify(value) : JSON.stringify(String(value)));

const integer = (schema: JsonObject, bits: 32 | 64): Read => {
  const show = integerShower(schema);
  return (c) => {
    const value = readLong(c);
    if (bits === 32 && (value >= INT || value < -INT)) throw new AvroError(`${value} is no int`);
    if (show === undefined) return spend(c, String(value));
    const text = show(value);
    if (text === undefined) throw new AvroError(`${value} is no ${schema.logicalType ?? schema['connect.name']}`);
    return quoted(c, text);
  };
};

const bytesBy = (schema: JsonObject, size: (c: Cursor) => number): Read => {
  const scale = decimalScale(schema);
  return (c) => {
    const bytes = readBytes(c, size(c));
    if (scale === undefined) return quoted(c, bytes.toString('base64'));
    const text = decimalText(bytes, scale);
    if (text === undefined) throw new AvroError(`${bytes.length} bytes are no decimal`);
    return quoted(c, text);
  };
};

const fixed = (schema: JsonObject, name: string): Read => {
  const { size, logicalType } = schema;
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 0) throw new AvroError(`${name} has no size`);
  if (logicalType === 'uuid' && size === 16)
    return (c) => {
      const hex = readBytes(c, size).toString('hex');
      return quoted(c, hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
    };
  if (logicalType === 'duration' && size === 12)
    return (c) => {
      const at = take(c, size);
      const part = (n: number): number => c.bytes.readUInt32LE(at + 4 * n);
      return spend(c, `{"months":${part(0)},"days":${part(1)},"millis":${part(2)}}`);
    };
  return bytesBy(schema, () => size);
};

const inside = (c: Cursor, read: (c: Cursor) => string): string => {
  if (++c.depth > MAX_DEPTH) throw new AvroError(`values lie more than ${MAX_DEPTH} deep`);
  const text = read(c);
  c.depth--;
  return text;
};

/** Blocks of items until an empty one; a negative count is followed by the block's size in bytes. */
const blocks = (open: string, close: string, item: Read): Read => {
  const all: Read = (c) => {
    const items: string[] = [];
    for (;;) {
      let count = readLong(c);
      if (count === 0n) break;
      if (count < 0n) {
        count = -count;
        readSize(c);
      }
      for (; count > 0n; count--) {
        spend(c, ',');
        items.push(item(c));
      }
    }
    return `${open}${items.join(',')}${close}`;
  };
  return (c) => inside(c, all);
};

const PRIMITIVES: Readonly<Record<string, (schema: JsonObject) => Read>> = {
  null: () => (c) => spend(c, 'null'),
  boolean: () => (c) => {
    const byte = c.bytes[take(c, 1)];
    if (byte !== 0 && byte !== 1) throw new AvroError(`${byte} is no boolean`);
    return spend(c, byte === 1 ? 'true' : 'false');
  },
  int: (schema) => integer(schema, 32),
  long: (schema) => integer(schema, 64),
  float: () => (c) => double(c, c.bytes.readFloatLE(take(c, 4))),
  double: () => (c) => double(c, c.bytes.readDoubleLE(take(c, 8))),
  bytes: (schema) => bytesBy(schema, readSize),
  string: () => (c) => quoted(c, textOf(c)),
};

const compiler = () => {
  const named = new Map<string, Read>();

  const nameOf = (schema: JsonObject, space: string): { readonly full: string; readonly space: string } => {
    const { name, namespace } = schema;
    if (typeof name !== 'string' || name === '') throw new AvroError(`a ${schema.type} of the schema has no name`);
    if (name.includes('.')) return { full: name, space: name.slice(0, name.lastIndexOf('.')) };
    const own = typeof namespace === 'string' ? namespace : space;
    return { full: own === '' ? name : `${own}.${name}`, space: own };
  };

  const known = (name: string, space: string): Read => {
    const primitive = Object.hasOwn(PRIMITIVES, name) ? PRIMITIVES[name] : undefined;
    if (primitive !== undefined) return primitive({});
    const full = named.has(name) || space === '' ? name : `${space}.${name}`;
    // Looked up when it is read: a type may hold itself.
    if (!named.has(full)) throw new AvroError(`the schema names a type that it does not have: ${name}`);
    return (c) => (named.get(full) as Read)(c);
  };

  const record = (schema: JsonObject, at: string): Read => {
    const { fields } = schema;
    if (!Array.isArray(fields)) throw new AvroError('a record of the schema has no fields');
    const reads = fields.map((field: Json, i): readonly [string, Read] => {
      if (!isObject(field) || typeof field.name !== 'string') throw new AvroError('a field of the schema has no name');
      return [`${i === 0 ? '' : ','}${JSON.stringify(field.name)}:`, compile(field.type ?? null, at)];
    });
    const all: Read = (c) => {
      let text = spend(c, '{');
      for (const [head, read] of reads) text += spend(c, head) + read(c);
      return `${text}}`;
    };
    return (c) => inside(c, all);
  };

  const union = (branches: readonly Json[], space: string): Read => {
    const reads = branches.map((branch) => compile(branch, space));
    const all: Read = (c) => {
      const at = readSize(c);
      const read = reads[at];
      if (read === undefined) throw new AvroError(`the union has ${reads.length} branches, not ${at + 1}`);
      return read(c);
    };
    return (c) => inside(c, all);
  };

  const define = (schema: JsonObject, space: string, make: (at: string, full: string) => Read): Read => {
    const { full, space: at } = nameOf(schema, space);
    named.set(full, () => {
      throw new AvroError(`${full} is not whole`);
    });
    const read = make(at, full);
    named.set(full, read);
    return read;
  };

  const compile = (schema: Json, space: string): Read => {
    if (typeof schema === 'string') return known(schema, space);
    if (Array.isArray(schema)) return union(schema, space);
    if (!isObject(schema)) throw new AvroError('a part of the schema is neither a name, a list nor an object');
    const { type } = schema;
    switch (type) {
      case 'record':
      case 'error':
        return define(schema, space, (at) => record(schema, at));
      case 'enum': {
        const { symbols } = schema;
        if (!Array.isArray(symbols)) throw new AvroError('an enum of the schema has no symbols');
        return define(schema, space, () => (c) => {
          const symbol = symbols[readSize(c)];
          if (typeof symbol !== 'string') throw new AvroError(`the enum has ${symbols.length} symbols`);
          return quoted(c, symbol);
        });
      }
      case 'fixed':
        return define(schema, space, (_, full) => fixed(schema, full));
      case 'array':
        return blocks('[', ']', compile(schema.items ?? null, space));
      case 'map': {
        const value = compile(schema.values ?? null, space);
        return blocks('{', '}', (c) => `${quoted(c, textOf(c))}:${value(c)}`);
      }
      default: {
        const primitive =
          typeof type === 'string' && Object.hasOwn(PRIMITIVES, type) ? PRIMITIVES[type]?.(schema) : undefined;
        return primitive ?? compile(type ?? null, space);
      }
    }
  };
  return compile;
};

const parsed = (text: string): Json => {
  const read = parseJson(Buffer.from(text));
  if (!read.ok) throw new AvroError(`the schema is no JSON: ${read.cause}`);
  return read.value;
};

/**
 * Unions are unwrapped; int and long are exact; decimals and times become text, bytes base64.
 * @param text       the writer's schema
 * @param references schemas whose types it names, those without references first
 * @returns          a reader, which throws AvroError for bytes that are no value of the schema
 * @throws           AvroError when the schema is none
 */
export const avroReader = (text: string, references: readonly string[] = []): ((bytes: Uint8Array) => string) => {
  const compile = compiler();
  for (const reference of references) compile(parsed(reference), '');
  const read = compile(parsed(text), '');
  return (bytes) => {
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const cursor: Cursor = { bytes: whole, at: 0, room: MOST_JSON, depth: 0 };
    const value = read(cursor);
    if (cursor.at !== whole.length) throw new AvroError(`${whole.length - cursor.at} bytes follow the value`);
    return value;
  };
};
