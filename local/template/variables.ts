// The Serverless Framework's variables: `${self:custom.names.raw}`, `${param:shards, '1'}`, nested and with fall-backs.

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  /** The inside of `${…}`, itself with variables. */
  | { readonly kind: 'variable'; readonly inside: string };

/** `${Name}`, `${Name.Arn}`, `${AWS::Region}` belong to Fn::Sub; a variable has a source, then `:` or `(`. */
const VARIABLE = /^\$\{(?:[a-z]+:(?!:)|[a-z]+\(|\$\{)/i;

/** Index behind the `}` that closes the `${` at `start`. */
const closing = (text: string, start: number): number => {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    if (text.startsWith('${', i)) depth++;
    else if (text[i] === '}' && --depth === 0) return i + 1;
  }
  return -1;
};

/** @returns undefined when a `${` is not closed */
export const partsOf = (text: string): readonly Part[] | undefined => {
  const parts: Part[] = [];
  let from = 0;
  for (let i = text.indexOf('${'); i >= 0; i = text.indexOf('${', i + 2)) {
    if (!VARIABLE.test(text.slice(i))) continue;
    const end = closing(text, i);
    if (end < 0) return undefined;
    if (i > from) parts.push({ kind: 'text', text: text.slice(from, i) });
    parts.push({ kind: 'variable', inside: text.slice(i + 2, end - 1) });
    from = end;
    i = end - 2;
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) });
  return parts;
};

/** The source and its fall-backs: split at commas that stand outside nested variables, brackets and quotes. */
export const alternatives = (inside: string): readonly string[] => {
  const found: string[] = [];
  let depth = 0;
  let quote = '';
  let from = 0;
  for (let i = 0; i < inside.length; i++) {
    const c = inside[i] ?? '';
    if (quote !== '') quote = c === quote ? '' : quote;
    else if (c === "'" || c === '"') quote = c;
    else if (c === '{' || c === '(') depth++;
    else if (c === '}' || c === ')') depth--;
    else if (c === ',' && depth === 0) {
      found.push(inside.slice(from, i).trim());
      from = i + 1;
    }
  }
  return [...found, inside.slice(from).trim()];
};

export type Source =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'address'; readonly type: string; readonly argument: string; readonly path: string };

/** One alternative whose nested variables were filled in: `file(a.yml):b.c`, `self:a.b`, `'text'`, `null`. */
export const sourceOf = (text: string): Source | undefined => {
  const quoted = /^(['"])(.*)\1$/s.exec(text);
  if (quoted) return { kind: 'literal', value: quoted[2] ?? '' };
  if (/^(?:true|false|null|-?\d+(?:\.\d+)?)$/.test(text)) return { kind: 'literal', value: JSON.parse(text) };
  const address = /^([a-z]+)(?:\(([^)]*)\))?(?::(.*))?$/is.exec(text);
  if (!address) return undefined;
  return { kind: 'address', type: address[1] ?? '', argument: address[2] ?? '', path: address[3] ?? '' };
};
