// The fast twin of parseJson for a reader that needs a few fields of an event and no verdict: one walk over bytes that `validate` let
// pass, which builds the wanted values and steps over the others. Building objects costs more than anything else that `aggregate` does
// with an event. Whatever the walk does not know for certain (an escape in a name, a long integer, great depth, no JSON) it leaves to
// parseJson. test/event/project.test.ts holds the two together.
import { isAscii, isUtf8 } from 'node:buffer';
import type { EpochMs } from '../time.ts';
import type { Json } from './cloud-event.ts';
import { parseRfc3339 } from './instant.ts';
import { ScanDoc } from './scan-data.ts';
import { afterNumber, afterSpace, afterString, afterValue, plainEnd, skipSpace, UNSURE } from './scan-json.ts';
import { ScanNames } from './scan-names.ts';
import { numberAt, shownInstantAt } from './scan-scalars.ts';

/** Names of context attributes, and of fields of `data`. At most 100 of each. */
export type Wanted = { readonly attributes: readonly string[]; readonly data: readonly string[] };
export type Projected = { readonly event: { readonly [name: string]: Json }; readonly time: EpochMs };

const MOST_NAMES = 100;
const TIME = 'time';
const DATA = 'data';

type Out = { [name: string]: Json };

/** The value in [at, end), which is JSON. */
const valueAt = (doc: ScanDoc, b: Uint8Array, at: number, end: number): Json => {
  const c = b[at] as number;
  if (c === 0x22) {
    const stop = plainEnd(b, at + 1, end);
    return stop === end - 1 ? doc.text(at + 1, stop) : (JSON.parse(doc.text(at, end)) as Json);
  }
  if (c === 0x2d || (c >= 0x30 && c <= 0x39)) return numberAt(b, at, end);
  if (c === 0x74) return true;
  if (c === 0x66) return false;
  return c === 0x6e ? null : (JSON.parse(doc.text(at, end)) as Json);
};

const afterAny = (b: Uint8Array, at: number, end: number): number => {
  const c = at < end ? (b[at] as number) : 0;
  if (c === 0x22) return afterString(b, at + 1, end);
  return c === 0x2d || (c >= 0x30 && c <= 0x39) ? afterNumber(b, at, end) : afterValue(b, at, end, 2);
};

/** Reads the wanted members of an object into `out`; of equal names the last counts, as in JSON.parse. */
class Members {
  readonly #names: readonly string[];
  readonly #scan: ScanNames;
  /** Reads `data`; null inside of it. */
  readonly #data: Members | null;
  readonly #dataAt: number;
  readonly #timeAt: number;

  constructor(names: readonly string[], data: Members | null) {
    this.#names = names;
    this.#scan = new ScanNames(names);
    this.#data = data;
    this.#dataAt = data === null ? -1 : names.indexOf(DATA);
    this.#timeAt = data === null ? -1 : names.indexOf(TIME);
  }

  /** @param at the opening brace @returns the place after the closing one */
  read(doc: ScanDoc, b: Uint8Array, at: number, end: number, out: Out): number {
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
      p = skipSpace(b, p + 1, end);
      const start = p;
      if (which < 0) p = afterAny(b, p, end);
      else {
        const name = this.#names[which] as string;
        if (which === this.#dataAt && b[p] === 0x7b) {
          const data: Out = {};
          p = (this.#data as Members).read(doc, b, p, end, data);
          out[name] = data;
        } else {
          p = afterAny(b, p, end);
          if (p === UNSURE) return UNSURE;
          out[name] = valueAt(doc, b, start, p);
          if (which === this.#timeAt) doc.time = shownInstantAt(b, start + 1, p - 1);
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

/** undefined: not sure, ask parseJson. */
export type Project = (bytes: Uint8Array) => Projected | undefined;

/** @returns undefined when more is wanted than the walk can hold */
export const projectorOf = ({ attributes, data }: Wanted): Project | undefined => {
  const outer = [...new Set([...attributes, TIME, DATA])];
  const inner = [...new Set(data)];
  if (outer.length > MOST_NAMES || inner.length > MOST_NAMES) return undefined;
  // A field of this name would set the prototype of what is built.
  if ([...outer, ...inner].includes('__proto__')) return undefined;
  const members = new Members(outer, new Members(inner, null));
  return (b) => {
    const end = b.length;
    if (b[0] !== 0x7b) return undefined;
    const ascii = isAscii(b);
    if (!ascii && !isUtf8(b)) return undefined;
    const event: Out = {};
    const doc = new ScanDoc(b, ascii);
    const p = members.read(doc, b, 0, end, event);
    if (p === UNSURE || afterSpace(b, p, end) !== end || typeof event.time !== 'string') return undefined;
    const time = doc.time ?? parseRfc3339(event.time);
    return time === undefined ? undefined : { event, time };
  };
};
