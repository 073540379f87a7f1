// A written type to its meaning, or the reason why it is not taken.
import type { TypeNode } from '../ast.ts';
import { didYouMean, type Problems } from '../problem.ts';
import {
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  decimal,
  INT,
  MAX_PRECISION,
  STRING,
  TIMESTAMP,
  TIMESTAMP_LTZ,
} from '../type-rules.ts';
import type { SqlType } from '../types.ts';

const PLAIN: Readonly<Record<string, SqlType>> = { BOOLEAN, INT, INTEGER: INT, BIGINT, DOUBLE, STRING, DATE };
const INSTEAD: Readonly<Record<string, string>> = {
  TINYINT: 'INT',
  SMALLINT: 'INT',
  FLOAT: 'DOUBLE',
  REAL: 'DOUBLE',
  CHAR: 'STRING',
  CHARACTER: 'STRING',
  VARCHAR: 'STRING',
  BYTES: 'STRING, holding base64 text',
  BINARY: 'STRING, holding base64 text',
  VARBINARY: 'STRING, holding base64 text',
  TIME: 'STRING, or TIMESTAMP(3) with a day',
  'TIMESTAMP WITH TIME ZONE': 'TIMESTAMP_LTZ(3)',
  'TIME WITH TIME ZONE': 'STRING',
  MULTISET: 'ARRAY',
  RAW: 'STRING',
  VARIANT: 'STRING',
};
const KNOWN = [...Object.keys(PLAIN), 'DECIMAL', 'TIMESTAMP', 'TIMESTAMP_LTZ', 'ROW', 'ARRAY', 'MAP'];

const plain = (node: Extract<TypeNode, { kind: 'plain' }>, problems: Problems): SqlType | null => {
  const { name, args, at } = node;
  if (name === 'DECIMAL' || name === 'DEC' || name === 'NUMERIC') {
    const [precision = 10, scale = 0] = args;
    if (precision >= 1 && precision <= MAX_PRECISION && scale <= precision) return decimal(precision, scale);
    problems.add(at, `DECIMAL(${args.join(', ')}): precision goes from 1 to 38 and scale from 0 to the precision`);
    return null;
  }
  if (name === 'TIMESTAMP' || name === 'TIMESTAMP_LTZ') {
    if (args.length === 1 && args[0] === 3) return name === 'TIMESTAMP' ? TIMESTAMP : TIMESTAMP_LTZ;
    const precision = args.length === 0 ? ', which means 6 digits,' : '';
    problems.notYet(
      at,
      `${name}${args.length ? `(${args.join(', ')})` : ''}${precision}`,
      `write ${name}(3), milliseconds`,
    );
    return null;
  }
  const type = PLAIN[name];
  if (type && args.length === 0) return type;
  if (name === 'VARCHAR' && args[0] === 2147483647) return STRING;
  const instead = INSTEAD[name];
  if (instead) problems.notYet(at, `the type ${name}${args.length ? `(${args.join(', ')})` : ''}`, `use ${instead}`);
  else if (type) problems.notSql(at, `the type ${name} takes no length`);
  else problems.add(at, `unknown type ${name}.${didYouMean(name, KNOWN)} Types: ${KNOWN.join(', ')}`);
  return null;
};

/** null when the type is not taken; the mistake is then reported. */
export const resolveType = (node: TypeNode, problems: Problems): SqlType | null => {
  switch (node.kind) {
    case 'plain':
      return plain(node, problems);
    case 'array': {
      const element = resolveType(node.element, problems);
      return element && { kind: 'ARRAY', element };
    }
    case 'map': {
      const [key, value] = [resolveType(node.key, problems), resolveType(node.value, problems)];
      if (key && key.kind !== 'STRING') {
        problems.notYet(node.at, 'a MAP whose key is not STRING', 'JSON objects have text keys: MAP<STRING, …>');
        return null;
      }
      return key && value && { kind: 'MAP', key, value };
    }
    case 'row': {
      const fields = node.fields.map((f) => ({ name: f.name.name, type: resolveType(f.type, problems) }));
      const known = fields.flatMap((f) => (f.type ? [{ name: f.name, type: f.type }] : []));
      return known.length === fields.length ? { kind: 'ROW', fields: known } : null;
    }
    default:
      return node satisfies never;
  }
};
