// Random expressions of a wanted type, with only the brackets that Calcite's levels ask for, and now and then more.
import type { Rng } from '../../../local/generate/rng.ts';
import type { Name, Type } from './catalogue.ts';

/** Letters of the holes in the forms below. */
const LETTERS: Readonly<Record<string, Type>> = {
  S: 'STRING',
  I: 'INT',
  G: 'BIGINT',
  D: 'DOUBLE',
  E: 'DECIMAL',
  B: 'BOOLEAN',
  T: 'TIMESTAMP',
  A: 'DATE',
};
const ATOM = 100;

/** A form and its level; `{S@33}` is a STRING of at least level 33, `{s}` a name or a literal, `{#}` a small number. */
type Form = readonly [text: string, level?: number];

const LITERALS: Readonly<Record<Type, readonly string[]>> = {
  STRING: ["'a'", "'it''s'", "''", "'ü 日本 😀'", "'--'", "'/* no */'", 'CAST(NULL AS STRING)'],
  INT: ['0', '1', '42', 'CAST(NULL AS INT)'],
  BIGINT: ['CAST(7 AS BIGINT)', '9000000000', "TRY_CAST('x' AS BIGINT)"],
  DOUBLE: ['1.5E0', '2e3', '1.E-3', '.5e1', 'CAST(NULL AS DOUBLE)'],
  DECIMAL: ['1.50', '.5', '100.000', 'CAST(3 AS DECIMAL(10, 2))'],
  BOOLEAN: ['TRUE', 'FALSE', 'CAST(NULL AS BOOLEAN)'],
  TIMESTAMP: ["TIMESTAMP '2026-03-01 12:00:00'", "TIMESTAMP '2026-03-01 12:00:00.123'"],
  DATE: ["DATE '2026-03-01'", "DATE '1969-12-31'"],
};

/** What every type may be wrapped in. */
const ANY = (t: string): readonly Form[] => [
  [`COALESCE({${t}}, {${t}})`],
  [`CASE WHEN {B} THEN {${t}} ELSE {${t}} END`],
  [`CASE WHEN {B} THEN {${t}} WHEN {B} THEN {${t}} END`],
  [`IF({B}, {${t}}, {${t}})`],
  [`NULLIF({${t}}, {${t}})`],
  [`IFNULL({${t}}, {${t}})`],
  [`CASE {I} WHEN 1 THEN {${t}} WHEN {I} THEN {${t}} ELSE {${t}} END`],
];

const COMPARED = ['S', 'I', 'G', 'D', 'E', 'T', 'A'].flatMap((t): readonly Form[] => [
  [`{${t}@30} = {${t}@31}`, 30],
  [`{${t}@30} <> {${t}@31}`, 30],
  [`{${t}@30} < {${t}@31}`, 30],
  [`{${t}@30} >= {${t}@31}`, 30],
  [`{${t}@33} BETWEEN {${t}@33} AND {${t}@33}`, 32],
  [`{${t}@33} NOT BETWEEN SYMMETRIC {${t}@33} AND {${t}@33}`, 32],
  [`{${t}@33} IN ({${t}}, {${t}})`, 32],
  [`{${t}@33} NOT IN ({${t}})`, 32],
  [`{${t}@28} IS DISTINCT FROM {${t}@31}`, 28],
  [`{${t}@28} IS NOT DISTINCT FROM {${t}@31}`, 28],
  [`{${t}@28} IS NULL`, 28],
  [`{${t}@28} IS NOT NULL`, 28],
]);

const FORMS: Readonly<Record<Type, readonly Form[]>> = {
  STRING: [
    ...ANY('S'),
    ['UPPER({S})'],
    ['LOWER({S})'],
    ['TRIM({S})'],
    ["TRIM(BOTH 'x' FROM {S})"],
    ['TRIM(LEADING FROM {S})'],
    ["TRIM('x' FROM {S})"],
    ['SUBSTRING({S}, {#}, {#})'],
    ['SUBSTRING({S} FROM {#} FOR {#})'],
    ['SUBSTRING({S} FROM {#})'],
    ['{S@60} || {S@61}', 60],
    ["REPLACE({S}, 'a', {S})"],
    ['CONCAT({S}, {S})'],
    ["CONCAT_WS('-', {S}, {S})"],
    ["SPLIT_INDEX({S}, ',', {#})"],
    ["REGEXP_EXTRACT({S}, '([a-z]+)', 1)"],
    ["REGEXP_REPLACE({S}, '[0-9]', 'n')"],
    ['LEFT({S}, {#})'],
    ['RIGHT({S}, {#})'],
    ["LPAD({S}, {#}, '0')"],
    ['REVERSE({S})'],
    ['INITCAP({S})'],
    ['BTRIM({S})'],
    ['MD5({S})'],
    ['SHA256({S})'],
    ["DATE_FORMAT({T}, 'yyyy-MM-dd')"],
    ["JSON_VALUE({S}, '$.a.b')"],
    ["JSON_VALUE({S}, '$.a' DEFAULT {S} ON ERROR)"],
    ["JSON_VALUE({S}, '$.a' NULL ON EMPTY NULL ON ERROR)"],
    ["JSON_VALUE({S}, '$.a' RETURNING STRING)"],
    ['CAST({I} AS STRING)'],
    ['CAST({E} AS STRING)'],
    ['CAST({T} AS STRING)'],
    ['GREATEST({S}, {S})'],
    ['twice({S})'],
    ['Twice({S})'],
  ],
  INT: [
    ...ANY('I'),
    ['{I@40} + {I@41}', 40],
    ['{I@40} - {I@41}', 40],
    ['{I@60} * {I@61}', 60],
    ['{I@60} / 7', 60],
    ['{I@60} % 5', 60],
    ['MOD({I}, 3)'],
    ['-{I@80}', 80],
    ['+{I@80}', 80],
    ['ABS({I})'],
    ['CHAR_LENGTH({S})'],
    ['CHARACTER_LENGTH({S})'],
    ['POSITION({s} IN {S})'],
    ['LOCATE({S}, {S})'],
    ['INSTR({S}, {S})'],
    ['CAST({S} AS INT)'],
    ['TRY_CAST({S} AS INTEGER)'],
    ['CAST({B} AS INT)'],
    ['TIMESTAMPDIFF(HOUR, {T}, {T})'],
    ['GREATEST({I}, {I}, {I})'],
    ['LEAST({I}, {I})'],
  ],
  BIGINT: [
    ...ANY('G'),
    ['{G@40} + {I@41}', 40],
    ['{G@60} * {G@61}', 60],
    ['CAST({D} AS BIGINT)'],
    ['EXTRACT(HOUR FROM {T})'],
    ['EXTRACT(YEAR FROM {A})'],
    ['YEAR({T})'],
    ['MONTH({T})'],
    ['HOUR({T})'],
    ['DAYOFWEEK({A})'],
    ['QUARTER({T})'],
    ['WEEK({A})'],
  ],
  DOUBLE: [
    ...ANY('D'),
    ['{D@40} - {D@41}', 40],
    ['{D@60} / {D@61}', 60],
    ['{D@60} * {I@61}', 60],
    ['-{D@80}', 80],
    ['ROUND({D}, 2)'],
    ['FLOOR({D})'],
    ['CEIL({D})'],
    ['CEILING({D})'],
    ['SIGN({D})'],
    ['CAST({E} AS DOUBLE PRECISION)'],
    ['TRY_CAST({S} AS DOUBLE)'],
  ],
  DECIMAL: [
    ...ANY('E'),
    ['{E@40} + {E@41}', 40],
    ['{E@40} - {I@41}', 40],
    ['{E@60} * 1.25', 60],
    ['ROUND({E}, 1)'],
    ['ABS({E})'],
    ['CAST({S} AS DECIMAL(10, 2))'],
    ['CAST({I} AS DEC(12, 3))'],
    ['CAST({D} AS NUMERIC(20, 4))'],
  ],
  BOOLEAN: [
    ...ANY('B'),
    ...COMPARED,
    ['{B@22} OR {B@23}', 22],
    ['{B@24} AND {B@25}', 24],
    ['{B@24} AND {B@25}', 24],
    ['NOT {B@27}', 26],
    ['{B@28} IS TRUE', 28],
    ['{B@28} IS NOT FALSE', 28],
    ['{B@28} IS UNKNOWN', 28],
    ["{S@33} LIKE 'a%'", 32],
    ["{S@33} NOT LIKE 'a!_%' ESCAPE '!'", 32],
    ['{S@33} LIKE {S@33}', 32],
    ['STARTSWITH({S}, {S})'],
    ["REGEXP({S}, '^a+$')"],
    ["JSON_EXISTS({S}, '$.a')"],
    ['{B@30} = {B@31}', 30],
  ],
  TIMESTAMP: [
    ...ANY('T'),
    ["{T@40} + INTERVAL '1' HOUR", 40],
    ["{T@40} - INTERVAL '1 12' DAY TO HOUR", 40],
    ["{T@40} - INTERVAL '100' SECOND(3)", 40],
    ["{T@40} + INTERVAL '1:30' MINUTE TO SECOND", 40],
    ["{T@40} + INTERVAL '2' DAYS", 40],
    ['FLOOR({T} TO HOUR)'],
    ['CEIL({T} TO DAY)'],
    ['TIMESTAMPADD(MINUTE, {I}, {T})'],
    ['CAST({A} AS TIMESTAMP(3))'],
    ['TO_TIMESTAMP({S})'],
  ],
  DATE: [
    ...ANY('A'),
    ['CAST({T} AS DATE)'],
    ['TO_DATE({S})'],
    ["{A@40} + INTERVAL '1' DAY", 40],
    ['FLOOR({A} TO MONTH)'],
  ],
};

type Value = { readonly text: string; readonly level: number };

const leaf = (rng: Rng, type: Type, names: readonly Name[]): Value => {
  const own = names.filter((name) => name.type === type);
  const text = own.length > 0 && rng.chance(0.75) ? rng.pick(own).text : rng.pick(LITERALS[type]);
  return { text, level: ATOM };
};

const draw = (rng: Rng, type: Type, names: readonly Name[], depth: number): Value => {
  if (depth <= 0 || rng.chance(0.3)) return leaf(rng, type, names);
  const [form, level = ATOM] = rng.pick(FORMS[type]);
  const text = form.replaceAll(/\{(\w|#)(?:@(\d+))?\}/g, (_, letter: string, min?: string) => {
    if (letter === '#') return String(1 + rng.below(5));
    const wanted = LETTERS[letter.toUpperCase()] ?? 'INT';
    if (letter !== letter.toUpperCase()) return leaf(rng, wanted, names).text;
    const inner = draw(rng, wanted, names, depth - 1);
    return inner.level < Number(min ?? 0) || rng.chance(0.05) ? `(${inner.text})` : inner.text;
  });
  return { text, level };
};

/** An expression of the type over the names. */
export const anyValue = (rng: Rng, type: Type, names: readonly Name[], depth = 3): string =>
  draw(rng, type, names, depth).text;
