import type { Ms } from '../../shared/time.ts';

const UNITS: Readonly<Record<string, Ms>> = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** `24h`, `5s`, `1.5m`, `250ms`, `7d` in ms; undefined when the text is no duration. */
export const parseDuration = (text: string): Ms | undefined => {
  const found = /^(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)$/.exec(text.trim());
  const unit = UNITS[found?.[2] ?? ''];
  return found === null || unit === undefined ? undefined : Math.round(Number(found[1]) * unit);
};

/** The shortest text of a length of time: `1h`, `1m 30s`, `250ms`. */
export const showDuration = (ms: Ms): string => {
  if (ms === 0) return '0s';
  const parts: string[] = [];
  let rest = ms;
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
    ['ms', 1],
  ] as const) {
    const n = Math.floor(rest / size);
    if (n > 0) parts.push(`${n}${unit}`);
    rest -= n * size;
  }
  return parts.join(' ');
};
