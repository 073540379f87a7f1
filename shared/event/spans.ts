// Where the wanted fields of an event stand, and nothing built: for `aggregate`, which reads columns of a whole batch (steps/aggregate/columns).
// The bytes stood in a stream of ours under its MD5, and `validate` had read all of them as JSON in UTF-8, so what nobody wants is stepped
// over without judging it again: that halves the walk. The plain twin is parseJson; test/event/spans.test.ts holds the two together.
import { type QuoteFinder, quoteFinder } from './quotes.ts';
import { plainEnd, skipSpace, UNSURE } from './scan-json.ts';
import { ScanNames } from './scan-names.ts';

/** Names of context attributes, and of fields of `data`; each once, at most 100 of each. */
export type WantedSpans = { readonly attributes: readonly string[]; readonly data: readonly string[] };

export type SpanReader = {
  /** Spans of an event: attributes first, then the fields of `data`. */
  readonly width: number;
  /**
   * Puts start and end of each wanted value into spans[2 i] and spans[2 i + 1]; both 0 where there is none. Of equal names the last counts.
   * @param b one event, JSON that was read before
   * @returns false when a name is written with escapes, or this is no object: ask parseJson
   */
  read(b: Uint8Array, spans: Int32Array): boolean;
};

const MOST_NAMES = 100;
const DATA = 'data';

/** @param at behind the opening quote @returns the place behind the closing one */
const afterText = (b: Uint8Array, at: number, end: number): number => {
  for (let p = at; p < end; p++) {
    const c = b[p] as number;
    if (c === 0x22) return p + 1;
    if (c === 0x5c) p++;
  }
  return UNSURE;
};

/** @param at the opening brace or bracket */
const afterNested = (b: Uint8Array, at: number, end: number): number => {
  let depth = 0;
  for (let p = at; p < end; p++) {
    const c = b[p] as number;
    if (c === 0x22) {
      p = afterText(b, p + 1, end) - 1;
      if (p < at) return UNSURE;
    } else if (c === 0x7b || c === 0x5b) depth++;
    else if ((c === 0x7d || c === 0x5d) && --depth === 0) return p + 1;
  }
  return UNSURE;
};

/** Numbers and literals. */
const afterBare = (b: Uint8Array, at: number, end: number): number => {
  let p = at;
  for (; p < end; p++) {
    const c = b[p] as number;
    if (c === 0x2c || c === 0x7d || c <= 0x20) break;
  }
  return p;
};

const afterAny = (b: Uint8Array, at: number, end: number): number => {
  const c = at < end ? (b[at] as number) : 0;
  if (c === 0x22) return afterText(b, at + 1, end);
  return c === 0x7b || c === 0x5b ? afterNested(b, at, end) : afterBare(b, at, end);
};

/** For a few words a loop is quicker than `fill`. */
const forget = (spans: Int32Array, from: number): void => {
  for (let i = from; i < spans.length; i++) spans[i] = 0;
};

class Members {
  readonly #scan: ScanNames;
  /** Of the first name's span. */
  readonly #from: number;
  /** Reads `data`; null inside of it. */
  readonly #data: Members | null;
  readonly #dataAt: number;

  constructor(names: readonly string[], from: number, data: Members | null) {
    this.#scan = new ScanNames(data === null ? names : [...names, DATA]);
    this.#from = 2 * from;
    this.#data = data;
    this.#dataAt = data === null ? UNSURE : names.length;
  }

  /** @param at the opening brace @returns the place after the closing one */
  read(b: Uint8Array, at: number, end: number, spans: Int32Array): number {
    const names = this.#scan;
    let before = -1;
    let p = skipSpace(b, at + 1, end);
    if (p < end && b[p] === 0x7d) return p + 1;
    while (p < end) {
      if (b[p] !== 0x22) return UNSURE;
      let which = names.guess(before);
      let stop = which < 0 ? UNSURE : names.behind(which, b, p + 1, end);
      if (stop === UNSURE) {
        stop = plainEnd(b, p + 1, end);
        if (stop >= end || b[stop] !== 0x22) return UNSURE;
        which = names.learn(b, p + 1, stop, before);
      }
      before = which < 0 ? -2 : which;
      p = skipSpace(b, stop + 1, end);
      if (p >= end || b[p] !== 0x3a) return UNSURE;
      const start = skipSpace(b, p + 1, end);
      if (which >= 0 && which === this.#dataAt) {
        // What an earlier `data` held does not count.
        const data = this.#data as Members;
        forget(spans, data.#from);
        p = b[start] === 0x7b ? data.read(b, start, end, spans) : afterAny(b, start, end);
      } else {
        p = afterAny(b, start, end);
        if (which >= 0) {
          spans[this.#from + 2 * which] = start;
          spans[this.#from + 2 * which + 1] = p;
        }
      }
      if (p === UNSURE) return UNSURE;
      p = skipSpace(b, p, end);
      if (p >= end) return UNSURE;
      if (b[p] === 0x7d) return p + 1;
      if (b[p] !== 0x2c) return UNSURE;
      p = skipSpace(b, p + 1, end);
    }
    return UNSURE;
  }
}

/**
 * The same walk over an event whose quotes are known: every second one ends what the one before began, so that a text costs the same
 * whatever its length. The twin of Members, which takes over where there is no answer.
 */
const walkQuoted = (attributes: readonly string[], data: readonly string[], { places, find }: QuoteFinder) => {
  const outer = new ScanNames([...attributes, DATA]);
  const inner = new ScanNames(data);
  const dataAt = attributes.length;
  const innerFrom = 2 * attributes.length;

  return (b: Uint8Array, spans: Int32Array): boolean => {
    const end = b.length;
    const count = find(b);
    if (count < 0 || b[0] !== 0x7b) return false;
    let names = outer;
    let from = 0;
    /** Of the next quote. */
    let q = 0;
    let p = skipSpace(b, 1, end);
    for (;;) {
      if (p < end && b[p] === 0x7d) {
        p++;
        if (names === outer) return p === end;
        names = outer;
        from = 0;
      } else {
        if (q + 2 > count || places[q] !== p) return false;
        const stop = places[q + 1] as number;
        const which = names.find(b, p + 1, stop);
        q += 2;
        p = skipSpace(b, stop + 1, end);
        if (p >= end || b[p] !== 0x3a) return false;
        p = skipSpace(b, p + 1, end);
        const start = p;
        const c = p < end ? (b[p] as number) : 0;
        const isData = which === dataAt && names === outer;
        // What an earlier `data` held does not count.
        if (isData) forget(spans, innerFrom);
        if (c === 0x22) {
          if (q + 2 > count) return false;
          p = (places[q + 1] as number) + 1;
          q += 2;
        } else if (isData && c === 0x7b) {
          names = inner;
          from = innerFrom;
          p = skipSpace(b, p + 1, end);
          continue;
        } else if (c === 0x7b || c === 0x5b) {
          let depth = 0;
          do {
            if (p >= end) return false;
            const at = b[p] as number;
            if (at === 0x22) {
              if (q + 2 > count) return false;
              p = places[q + 1] as number;
              q += 2;
            } else if (at === 0x7b || at === 0x5b) depth++;
            else if (at === 0x7d || at === 0x5d) depth--;
            p++;
          } while (depth > 0);
        } else p = afterBare(b, p, end);
        if (which >= 0 && !isData) {
          spans[from + 2 * which] = start;
          spans[from + 2 * which + 1] = p;
        }
      }
      p = skipSpace(b, p, end);
      if (p >= end) return false;
      if (b[p] === 0x2c) {
        p = skipSpace(b, p + 1, end);
        if (p >= end || b[p] !== 0x22) return false;
      } else if (b[p] !== 0x7d) return false;
    }
  };
};

/**
 * @param fast with the places of quotes; without, byte by byte, to the same answers
 * @returns undefined when more is wanted than the walk can hold, or `data` as an attribute
 */
export const spanReader = ({ attributes, data }: WantedSpans, fast = true): SpanReader | undefined => {
  if (attributes.length > MOST_NAMES || data.length > MOST_NAMES || attributes.includes(DATA)) return undefined;
  const members = new Members(attributes, 0, new Members(data, attributes.length, null));
  let quoted: ReturnType<typeof walkQuoted> | null | undefined;
  return {
    width: attributes.length + data.length,
    read(b, spans) {
      forget(spans, 0);
      if (quoted === undefined) {
        const finder = fast ? quoteFinder() : null;
        quoted = finder && walkQuoted(attributes, data, finder);
      }
      if (quoted?.(b, spans)) return true;
      forget(spans, 0);
      return b[0] === 0x7b && members.read(b, 0, b.length, spans) === b.length;
    },
  };
};
