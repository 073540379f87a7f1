// What must hold at every write of the table (protocol, section 6): entries are consecutive (I2), marks and clocks and watermarks and
// versions never fall (I4), cursors name entries that are there (I5), every named object exists (I7), the doors add up (I8).
import { unpackJson } from '../../shared/fold/pack.ts';
import { CHILD_DIGITS } from '../../shared/lanes/position.ts';
import type { Item, Table } from '../../shared/ports.ts';
import { type LaneMark, type PackedLanes, unpackLanes } from '../../shared/steps/ledger/lane-marks.ts';
import type { Counts } from '../../shared/steps/ledger/ledger.ts';
import { days } from '../../shared/time.ts';

export type KeptEntry = {
  readonly n: number;
  readonly lanes: ReadonlyMap<string, LaneMark>;
  readonly counts: Readonly<Record<string, Counts>>;
  readonly item: Item;
};
type Header = { readonly l: PackedLanes; readonly q: Record<string, Counts> };
type ManifestBody = {
  readonly cur: Readonly<Record<string, number>>;
  readonly closed: Readonly<Record<string, number>>;
  readonly snap: { readonly name: string } | null;
};
type KeptManifest = { readonly v: number; readonly next: number } & ManifestBody;

const placeOf = (m: LaneMark): string =>
  m.endedAt > 0
    ? '~'
    : `${m.seq.padStart(56, ' ')}.${String(m.index).padStart(5, '0')}.${String(m.child).padStart(CHILD_DIGITS, '0')}`;
/** Whether an item's time was over when another of the same kind was written. */
const isOver = (item: Item, later: Item): boolean => (later.x as number) - (item.x as number) >= days(30) / 1_000;
const OF_MESSAGES = /#(publish|call-webhook|write-topic)\//;
const must = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(what);
};

export class LedgerLaw {
  /** Ledger's partition key -> its entries, those that expired too. */
  entries = new Map<string, KeptEntry[]>();
  #manifests = new Map<string, KeptManifest>();
  readonly #hasObject: (name: string) => boolean;
  decisions = 0;
  pruned = 0;
  snapshots = 0;
  /** Rows that decisions sent: the numbers given out, but one for each decision's marks. */
  rows = 0;

  constructor(hasObject: (name: string) => boolean) {
    this.#hasObject = hasObject;
  }

  /** What holds now, for a table that is brought back to this instant. @returns what makes it hold again */
  remember(): () => void {
    const entries = [...this.entries].map(([pk, all]) => [pk, [...all]] as const);
    const kept = [...this.#manifests];
    return () => {
      this.entries = new Map(entries.map(([pk, all]) => [pk, [...all]]));
      this.#manifests = new Map(kept);
    };
  }

  /** @throws Error that names the broken invariant */
  written(item: Item): void {
    if (item.pk.startsWith('led#') && item.sk.startsWith('e#')) this.#entry(item);
    else if (item.pk.startsWith('man#') && item.b instanceof Uint8Array) this.#manifest(item);
  }

  #entry(item: Item): void {
    const header = unpackJson(item.h as Uint8Array) as Header;
    const entry: KeptEntry = { n: item.n as number, lanes: unpackLanes(header.l), counts: header.q, item };
    let all = this.entries.get(item.pk) ?? [];
    // What functions that send messages remember goes 30 days after it was written, longer than any stream keeps a copy, and in any order: its numbers go on
    // behind the newest entry that still stands. None of those that are given out again may have been in time.
    if (OF_MESSAGES.test(item.pk) && all.slice(entry.n - 1).every((e) => isOver(e.item, item)))
      all = all.slice(0, entry.n - 1);
    this.entries.set(item.pk, all);
    const last = all.at(-1);
    const where = `${item.pk} entry ${entry.n}`;
    must(entry.n === (last?.n ?? 0) + 1, `${where} follows ${last?.n ?? 0}`);
    if (typeof item.po === 'string') must(this.#hasObject(item.po), `${where} names ${item.po}, which does not exist`);
    for (const [lane, before] of last?.lanes ?? []) {
      const now = entry.lanes.get(lane);
      if (now === undefined) {
        must(before.endedAt > 0, `${where} forgets the live lane ${lane}`);
        this.pruned++;
        continue;
      }
      must(placeOf(now) >= placeOf(before), `${where}: the mark of ${lane} falls`);
      must(now.clock >= before.clock, `${where}: the clock of ${lane} falls`);
    }
    for (const [query, [read, ...doors]] of Object.entries(entry.counts))
      must(read === doors.reduce((a, b) => a + b, 0), `${where}: the doors of ${query} do not add up`);
    all.push(entry);
  }

  #manifest(item: Item): void {
    const body = unpackJson(item.b as Uint8Array) as ManifestBody;
    const now: KeptManifest = { v: item.v as number, next: item.next as number, ...body };
    const key = `${item.pk} ${item.sk}`;
    const before = this.#manifests.get(key);
    this.#manifests.set(key, now);
    this.decisions++;
    this.rows += now.next - (before?.next ?? 1) - 1;
    const where = `${item.pk} v${now.v}`;
    must(now.v === (before?.v ?? 0) + 1, `${where} follows v${before?.v ?? 0}`);
    must(now.next > (before?.next ?? 0), `${where}: the outbox number falls`);
    if (typeof item.oo === 'string') must(this.#hasObject(item.oo), `${where} names ${item.oo}, which does not exist`);
    if (now.snap !== null)
      must(this.#hasObject(now.snap.name), `${where} names ${now.snap.name}, which does not exist`);
    if (now.snap !== null && now.snap.name !== before?.snap?.name) this.snapshots++;
    // A query may leave with a deploy.
    for (const [query, w] of Object.entries(before?.closed ?? {}))
      must((now.closed[query] ?? w) >= w, `${where}: the watermark of ${query} falls`);
    const ledger = item.pk.replace('man#', 'led#');
    for (const [shard, n] of Object.entries(before?.cur ?? {}))
      must((now.cur[shard] ?? 0) >= n, `${where}: the cursor of ${shard} falls`);
    for (const [shard, n] of Object.entries(now.cur))
      must(
        n <= (this.entries.get(`${ledger}#${shard}`)?.at(-1)?.n ?? 0),
        `${where} counts entry ${n} of ${shard}, which is not there`,
      );
  }
}

/** The same table; `written` hears of every put that happened, and what it throws goes to `broken`. */
export const observed = <T extends Table>(
  table: T,
  written: (item: Item) => void,
  broken: (error: unknown) => void,
): T => ({
  ...table,
  async put(item, when) {
    const answer = await table.put(item, when);
    if (answer.ok)
      try {
        written(item);
      } catch (error) {
        broken(error);
      }
    return answer;
  },
});
