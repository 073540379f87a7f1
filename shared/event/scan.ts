// The fast path of to-event.ts. Reading events costs more than anything else that `validate` does, and most of that is building
// objects of which nobody reads a field. So one walk over the bytes checks the JSON, the CloudEvent and the schema of its type, and
// finds what the stamp needs. It only ever says yes: "toEvent would pass these very bytes on, with this time". Whatever it does not
// know for certain (an unknown type, a name twice, an escape in an attribute, any mistake) goes the plain way, which alone decides
// and names errors. test/event/scan.test.ts holds the two together.
import { isAscii, isUtf8 } from 'node:buffer';
import type { CompiledPipeline } from '../pipeline.ts';
import type { EpochMs, Ms } from '../time.ts';
import type { CloudEvent } from './cloud-event.ts';
import { FIRST_INSTANT } from './instant.ts';
import { parseJson } from './json.ts';
import { MAX_EVENT_BYTES } from './limits.ts';
import {
  ATTRIBUTES,
  afterAttribute,
  DATA,
  ID,
  isExtensionName,
  SOURCE,
  SPECVERSION,
  TIME,
  TYPE,
} from './scan-attributes.ts';
import { afterChecked, ScanDoc } from './scan-data.ts';
import { afterSpace, afterValue, plainEnd, skipSpace, UNSURE } from './scan-json.ts';
import { ScanNames } from './scan-names.ts';
import { ScanNode } from './scan-node.ts';
import { shownInstantAt } from './scan-scalars.ts';

/** An event that passes with the bytes that came. What it says is read from them when asked for. */
export class ScannedEvent {
  readonly kind = 'event';
  readonly time: EpochMs;
  readonly type: string;
  readonly #doc: ScanDoc;
  readonly #idAt: number;
  readonly #sourceAt: number;

  /** @param idAt where the text begins */
  constructor(doc: ScanDoc, time: EpochMs, type: string, idAt: number, sourceAt: number) {
    this.time = time;
    this.type = type;
    this.#doc = doc;
    this.#idAt = idAt;
    this.#sourceAt = sourceAt;
  }
  get bytes(): Uint8Array {
    return this.#doc.bytes;
  }
  get id(): string {
    return this.#text(this.#idAt);
  }
  get source(): string {
    return this.#text(this.#sourceAt);
  }
  /** Parsed at each call. */
  get event(): CloudEvent {
    const parsed = parseJson(this.bytes);
    if (!parsed.ok) throw new Error(`the scan passed what is no JSON: ${parsed.cause}`);
    return parsed.value as CloudEvent;
  }
  #text(at: number): string {
    return this.#doc.text(at, plainEnd(this.bytes, at, this.bytes.length));
  }
}

/** undefined: not sure, ask the plain way. */
export type Scan = (bytes: Uint8Array, arrival: EpochMs) => ScannedEvent | undefined;

const NEEDED = (1 << SPECVERSION) | (1 << ID) | (1 << SOURCE) | (1 << TYPE) | (1 << TIME);

/**
 * Makes the scans of these types ready. Types without one go the plain way.
 * @param ahead how far beyond its arrival the time of an event of a type may lie
 */
export const scanOf = (types: CompiledPipeline['types'], ahead: (type: string) => Ms): Scan => {
  const known = Object.keys(types).filter((type) => types[type]?.scan !== undefined);
  const aheads = known.map(ahead);
  const attributes = new ScanNames(ATTRIBUTES);
  const names = new ScanNames(known);
  const nodes = known.map((type) => {
    const { root, checks } = types[type]?.scan ?? { root: { types: 0 }, checks: [] };
    return new ScanNode(root, checks);
  });

  return (b, arrival) => {
    const end = b.length;
    if (end > MAX_EVENT_BYTES || b[0] !== 0x7b || known.length === 0) return undefined;
    const ascii = isAscii(b);
    if (!ascii && !isUtf8(b)) return undefined;
    const doc = new ScanDoc(b, ascii);
    let seen = 0;
    let before = -1;
    let idAt = 0;
    let sourceAt = 0;
    let timeAt = 0;
    let type = -1;
    let dataAt = -1;
    let p = skipSpace(b, 1, end);
    for (;;) {
      if (p >= end || b[p] !== 0x22) return undefined;
      let which = attributes.guess(before);
      let stop = which < 0 ? UNSURE : attributes.behind(which, b, p + 1, end);
      if (stop === UNSURE) {
        stop = plainEnd(b, p + 1, end);
        if (stop >= end || b[stop] !== 0x22) return undefined;
        which = attributes.learn(b, p + 1, stop, before);
      }
      before = which < 0 ? -2 : which;
      if (which < 0) {
        if (!isExtensionName(b, p + 1, stop)) return undefined;
      } else {
        if ((seen & (1 << which)) !== 0) return undefined;
        seen |= 1 << which;
      }
      p = skipSpace(b, stop + 1, end);
      if (p >= end || b[p] !== 0x3a) return undefined;
      const at = skipSpace(b, p + 1, end);
      if (which === DATA) {
        if (type >= 0) p = afterChecked(doc, b, at, end, nodes[type] as ScanNode, 1);
        else {
          dataAt = at;
          p = afterValue(b, at, end, 1);
        }
      } else {
        p = afterAttribute(doc, which, at, end);
        if (which === TYPE && p !== UNSURE) {
          type = names.find(b, at + 1, p - 1);
          if (type < 0) return undefined;
        } else if (which === ID) idAt = at + 1;
        else if (which === SOURCE) sourceAt = at + 1;
        else if (which === TIME) timeAt = at + 1;
      }
      if (p === UNSURE) return undefined;
      p = skipSpace(b, p, end);
      if (p >= end) return undefined;
      if (b[p] === 0x7d) break;
      if (b[p] !== 0x2c) return undefined;
      p = skipSpace(b, p + 1, end);
    }
    if (p + 1 !== end && afterSpace(b, p + 1, end) !== end) return undefined;
    if ((seen & NEEDED) !== NEEDED || (seen & (1 << DATA)) === 0) return undefined;
    // Data stood before the type.
    if (dataAt >= 0 && afterChecked(doc, b, dataAt, end, nodes[type] as ScanNode, 1) === UNSURE) return undefined;
    const given = shownInstantAt(b, timeAt, plainEnd(b, timeAt, end));
    if (given === undefined || given < FIRST_INSTANT) return undefined;
    if (doc.time !== undefined && doc.time !== given) return undefined;
    const name = known[type] as string;
    return given > arrival + (aheads[type] as number) ? undefined : new ScannedEvent(doc, given, name, idAt, sourceAt);
  };
};
