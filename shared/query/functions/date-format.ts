// Patterns of java.time.format.DateTimeFormatter, in UTC and English: the letters that logs and file names need.

const pad = (n: number, width: number): string => String(n).padStart(width, '0');
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

type Part = (d: Date) => string;

const LETTERS: Readonly<Record<string, Part>> = {
  yyyy: (d) => pad(d.getUTCFullYear(), 4),
  yy: (d) => pad(d.getUTCFullYear() % 100, 2),
  MMMM: (d) => MONTHS[d.getUTCMonth()] ?? '',
  MMM: (d) => (MONTHS[d.getUTCMonth()] ?? '').slice(0, 3),
  MM: (d) => pad(d.getUTCMonth() + 1, 2),
  M: (d) => String(d.getUTCMonth() + 1),
  dd: (d) => pad(d.getUTCDate(), 2),
  d: (d) => String(d.getUTCDate()),
  EEEE: (d) => DAYS[d.getUTCDay()] ?? '',
  EEE: (d) => (DAYS[d.getUTCDay()] ?? '').slice(0, 3),
  E: (d) => (DAYS[d.getUTCDay()] ?? '').slice(0, 3),
  HH: (d) => pad(d.getUTCHours(), 2),
  H: (d) => String(d.getUTCHours()),
  hh: (d) => pad(d.getUTCHours() % 12 || 12, 2),
  h: (d) => String(d.getUTCHours() % 12 || 12),
  a: (d) => (d.getUTCHours() < 12 ? 'AM' : 'PM'),
  mm: (d) => pad(d.getUTCMinutes(), 2),
  m: (d) => String(d.getUTCMinutes()),
  ss: (d) => pad(d.getUTCSeconds(), 2),
  s: (d) => String(d.getUTCSeconds()),
  SSS: (d) => pad(d.getUTCMilliseconds(), 3),
  SS: (d) => pad(Math.floor(d.getUTCMilliseconds() / 10), 2),
  S: (d) => String(Math.floor(d.getUTCMilliseconds() / 100)),
};

/** Runs of one letter, quoted text, or other signs. */
const PIECES = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g;

/** What is wrong with a pattern, in words, or null. */
export const formatMistake = (pattern: string): string | null => {
  for (const [piece] of pattern.matchAll(PIECES))
    if (/^[A-Za-z]/.test(piece) && !LETTERS[piece])
      return `the format '${pattern}' holds "${piece}"; letters are ${Object.keys(LETTERS).join(', ')}; text goes in quotes`;
  if ((pattern.match(/'/g)?.length ?? 0) % 2 === 1) return `the format '${pattern}' has a quote that never ends`;
  const sign = /[{}[\]#]/.exec(pattern.replaceAll(/'[^']*'/g, ''));
  return sign ? `the format '${pattern}' holds "${sign[0]}", which Java reserves` : null;
};

/** Formats ms since the epoch. @throws RangeError for a pattern that formatMistake refuses */
export const dateFormat = (pattern: string): ((ms: number) => string) => {
  const mistake = formatMistake(pattern);
  if (mistake) throw new RangeError(mistake);
  const parts = [...pattern.matchAll(PIECES)].map(([piece, quoted]): Part => {
    const letters = LETTERS[piece];
    if (letters) return letters;
    const fixed = quoted === undefined ? piece : quoted === '' ? "'" : quoted.replaceAll("''", "'");
    return () => fixed;
  });
  return (ms) => {
    const d = new Date(ms);
    return parts.map((p) => p(d)).join('');
  };
};
