// LIKE, as Flink matches it: % is any run of characters, _ one character that is no line break. There is no escape character
// unless ESCAPE names one.

const LITERAL = /[\\^$.*+?()[\]{}|/-]/g;
const quote = (text: string): string => text.replaceAll(LITERAL, (c) => (c === '-' ? '\\x2d' : `\\${c}`));

/** Whether every escape character stands before %, _ or itself. */
export const escapesWell = (pattern: string, by: string): boolean => {
  for (let i = 0; i < pattern.length; i++)
    if (pattern[i] === by && ![by, '%', '_'].includes(pattern[++i] ?? '')) return false;
  return true;
};

/** @throws RangeError when the escape character stands before anything but %, _ or itself */
export const likeRegex = (pattern: string, escapeBy: string | null): RegExp => {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] ?? '';
    if (char === escapeBy) {
      const next = pattern[++i];
      if (next !== '%' && next !== '_' && next !== escapeBy)
        throw new RangeError(`LIKE '${pattern}' ESCAPE '${escapeBy}': the escape stands before ${next ?? 'nothing'}`);
      source += quote(next);
    } else if (char === '%') source += '[\\s\\S]*';
    else if (char === '_') source += '[^\\n\\r\\u0085\\u2028\\u2029]';
    else source += quote(char);
  }
  return new RegExp(`^${source}$`, 'u');
};

/** A test for one pattern; the plain ones (`a%`, `%a`, `%a%`) need no regular expression. */
export const likeTest = (pattern: string, escapeBy: string | null): ((text: string) => boolean) => {
  const found = escapeBy === null ? /^(%?)([^%_]*)(%?)$/s.exec(pattern) : null;
  if (!found) {
    const regex = likeRegex(pattern, escapeBy);
    return (text) => regex.test(text);
  }
  const [, before, part = '', after] = found;
  if (before && (after || part === '')) return (text) => text.includes(part);
  if (before) return (text) => text.endsWith(part);
  return after ? (text) => text.startsWith(part) : (text) => text === part;
};
