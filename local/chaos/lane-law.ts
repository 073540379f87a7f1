// The lane law (protocol, section 6, I1), checked at every put: when something of a lane first appears, all earlier things of that
// lane have appeared; a retry only rewinds. And I4 and I6: clocks never fall, one outbox number has one content.
import { unpackInner } from '../../shared/lanes/block.ts';
import type { Inner } from '../../shared/lanes/inner.ts';
import { END, type Lane, position, shardOfLane } from '../../shared/lanes/position.ts';
import { type Fence, isFenced } from '../../shared/steps/home.ts';
import { isRefinedLane } from '../../shared/steps/roster.ts';
import type { StreamRecord } from '../../shared/trigger/batch.ts';

type LaneSeen = { greatest: string; clock: number; readonly events: Map<string, string | null> };

export class LaneLaw {
  readonly #stream: string;
  readonly #lanes = new Map<string, LaneSeen>();
  #fences: readonly Fence[] = [];
  readonly #announced = new Set<Lane>();
  /** Whether a raw shard was added beside others. */
  isAdded: (shard: string) => boolean = () => false;

  constructor(stream: string) {
    this.#stream = stream;
  }

  /**
   * From here on these numbers count for nobody; what came before may come again.
   * @param fences of the table that is in use now
   */
  fence(fences: readonly Fence[]): void {
    this.#fences = fences;
    for (const [lane, at] of this.#lanes) {
      if (!isRefinedLane(lane)) continue;
      at.greatest = '';
      at.clock = Number.NEGATIVE_INFINITY;
    }
  }

  /** @throws Error that names the place at which the law is broken */
  check(record: StreamRecord, shard: string): void {
    const unpacked = unpackInner(record.data);
    if (!unpacked.ok) throw new Error(`${this.#stream} ${shard}: ${unpacked.cause}`);
    for (const item of unpacked.items) this.#item(item, shard);
  }

  #item(item: Inner, shard: string): void {
    if (isFenced(item, this.#fences)) return;
    const at = this.#lanes.get(item.lane) ?? { greatest: '', clock: Number.NEGATIVE_INFINITY, events: new Map() };
    this.#lanes.set(item.lane, at);
    const where = `${this.#stream} ${shard} lane ${item.lane}`;
    if (item.kind === 'end') {
      at.greatest = END;
      return;
    }
    if (item.kind === 'branch') {
      for (const next of item.next) this.#announced.add(next);
      return;
    }
    if (this.isAdded(shardOfLane(item.lane)) && !this.#announced.has(item.lane))
      throw new Error(`${where}: appears before it was announced`);
    if (item.kind === 'mark') {
      if (item.pos <= at.greatest) return;
      if (item.clock < at.clock) throw new Error(`${where}: the clock falls from ${at.clock} to ${item.clock}`);
      at.greatest = item.pos;
      at.clock = item.clock;
      return;
    }
    const pos = position(item.seq, item.index, item.child);
    const content = isRefinedLane(item.lane) ? Buffer.from(item.bytes).toString() : null;
    const before = at.events.get(pos);
    if (before === undefined) {
      if (pos <= at.greatest) throw new Error(`${where}: ${pos} first appears behind ${at.greatest}`);
      at.greatest = pos;
      at.events.set(pos, content);
    } else if (before !== content) throw new Error(`${where}: number ${pos} has two contents`);
  }
}
