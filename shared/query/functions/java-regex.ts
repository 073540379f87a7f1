// Patterns of java.util.regex, which Flink uses, as JavaScript ones. What would mean something else here is refused, not guessed.

const TRANSLATED: Readonly<Record<string, string>> = {
  s: '[ \\t\\n\\x0B\\f\\r]', // ASCII only in Java
  S: '[^ \\t\\n\\x0B\\f\\r]',
  A: '^',
  z: '(?![\\s\\S])',
};
const IN_CLASS: Readonly<Record<string, string>> = { s: ' \\t\\n\\x0B\\f\\r' };
/** Escapes that mean the same in both. */
const SAME = /[dDwWbBtnrfxu\d\\.*+?^$|(){}[\]/-]/;

/** null when the pattern is wrong, or reads otherwise in Java. */
const translate = (pattern: string): string | null => {
  let out = '';
  let inClass = false;
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] ?? '';
    if (char === '\\') {
      const next = pattern[++i] ?? '';
      const own = (inClass ? IN_CLASS : TRANSLATED)[next];
      if (own !== undefined) out += own;
      else if (next === '-' && !inClass) out += '-';
      else if (SAME.test(next)) out += `\\${next}`;
      else if (/[a-zA-Z]/.test(next) || next === '') return null;
      else out += /[!"#%&',:;<=>@_`~ ]/.test(next) ? next : `\\${next}`;
    } else if (inClass) {
      if (char === '[' || (char === '&' && pattern[i + 1] === '&')) return null; // Java's union and intersection
      if (char === ']') inClass = false;
      out += char;
    } else if (char === '[') {
      inClass = true;
      out += char;
      if (pattern[i + 1] === '^') out += pattern[++i];
      if (pattern[i + 1] === ']') return null;
    } else if (char === '$')
      out += '(?=(?:\\r\\n|[\\n\\r\\u0085\\u2028\\u2029])?(?![\\s\\S]))'; // before a last line break too
    else if (char === '+' && /[*+?}]/.test(pattern[i - 1] ?? '') && pattern[i - 2] !== '\\')
      return null; // possessive
    else out += char === '.' ? '[^\\n\\r\\u0085\\u2028\\u2029]' : char;
  }
  return out;
};

const cache = new Map<string, RegExp | null>();

/** The compiled pattern, or null when it is wrong or cannot be read as Java reads it. */
export const regexOf = (pattern: string): RegExp | null => {
  const known = cache.get(pattern);
  if (known !== undefined) return known;
  let regex: RegExp | null = null;
  try {
    const translated = translate(pattern);
    regex = translated === null ? null : new RegExp(translated, 'u');
  } catch {
    regex = null; // SyntaxError: no pattern at all
  }
  if (cache.size > 1000) cache.clear();
  cache.set(pattern, regex);
  return regex;
};
