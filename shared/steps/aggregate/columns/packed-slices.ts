// What packSlices (steps/ledger/partials.ts) gives, written as text at once; the keys' text is put together once for all queries that
// share the groups.
import type { JsonWriter } from '../../../fold/json-bytes.ts';
import type { Accumulator } from './accumulator.ts';
import type { Groups } from './groups.ts';

const COMMA = 0x2c;

/** Of all groups of a batch, each key with a comma behind it. */
class KeyText {
  private bytes = new Uint8Array(0);
  private starts = new Int32Array(1);
  private of: Int32Array | null = null;

  /** The keys of the groups [from, to). */
  between(groups: Groups, from: number, to: number): Uint8Array {
    if (this.of !== groups.key) this.write(groups);
    return this.bytes.subarray(this.starts[from], this.starts[to]);
  }
  private write({ key, size, keys }: Groups): void {
    const texts = Array.from({ length: size }, (_, g) => keys.jsonOf(key[g] as number));
    this.bytes = new Uint8Array(texts.reduce((n, t) => n + t.length + 1, 0));
    this.starts = new Int32Array(size + 1);
    let at = 0;
    texts.forEach((text, g) => {
      this.bytes.set(text, at);
      at += text.length;
      this.bytes[at++] = COMMA;
      this.starts[g + 1] = at;
    });
    this.of = key;
  }
}

export type SlicesWriter = (
  groups: Groups,
  /** Numbers of those groups that have rows, ascending. At least one. */
  some: Int32Array,
  n: number,
  accumulators: readonly Accumulator[],
  out: JsonWriter,
) => void;

export const slicesWriter = (): SlicesWriter => {
  const texts = new WeakMap<Groups, KeyText>();

  const writeRuns = ({ part, slices }: Groups, some: Int32Array, n: number, out: JsonWriter): void => {
    for (let i = 0; i < n; ) {
      const from = i;
      const at = part[some[i] as number] as number;
      while (i < n && part[some[i] as number] === at) i++;
      const { j, slice } = slices.parts[at] as (typeof slices.parts)[number];
      out.ascii(`${from === 0 ? '' : ','}[${j},${slice},${i - from}]`);
    }
  };

  const writeKeys = (groups: Groups, some: Int32Array, n: number, out: JsonWriter): void => {
    const text = texts.get(groups) ?? new KeyText();
    texts.set(groups, text);
    for (let i = 0; i < n; ) {
      const from = some[i] as number;
      let to = from;
      while (i < n && some[i] === to) {
        i++;
        to++;
      }
      out.put(text.between(groups, from, to));
    }
    out.back();
  };

  return (groups, some, n, accumulators, out) => {
    out.ascii('{"t":"s","p":{"w":[');
    writeRuns(groups, some, n, out);
    out.ascii('],"k":[');
    writeKeys(groups, some, n, out);
    out.ascii('],"v":[');
    accumulators.forEach((a, i) => {
      out.ascii(i === 0 ? '[' : ',[');
      a.write(some, n, out);
      out.byte(0x5d);
    });
    out.ascii(']}}');
  };
};
