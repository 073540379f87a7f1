// Copies of the ledger's table as of some instants, as point-in-time recovery has them, and the table that is made of one.
import type { MemoryTable } from '../../../shared/memory/table.ts';
import type { Item } from '../../../shared/ports.ts';
import { type Fence, homeIn, homeKey } from '../../../shared/steps/home.ts';
import { type EpochMs, hours } from '../../../shared/time.ts';
import { type Rng, rngOf } from '../../generate/rng.ts';
import { bringBack } from '../../restore/bring-back.ts';
import { RUN_ID } from '../cast.ts';
import type { Journal } from '../journal.ts';
import { isOfSecond } from '../second.ts';
import type { Scene } from './scene.ts';

/** What was true when a copy was taken. */
export type Copy = {
  readonly at: EpochMs;
  readonly step: number;
  readonly items: readonly Item[];
  /** Mapping -> shard -> what its function had done. */
  readonly best: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly lawAgain: () => void;
  readonly lake: ReadonlyMap<string, readonly Item[]>;
};

const EVERY = 20;
const MOST = 6;
/** Records that were read since must still be there. */
const OLDEST = hours(20);

/** What a stream still holds. */
const recordsOf = (log: Journal): readonly Uint8Array[] =>
  log.shards().flatMap(({ id }) => log.read(id, null).records.map(({ data }) => data));

export class Copies {
  readonly #scene: Scene;
  /** Of restores alone: worlds without them are as they were. */
  readonly rng: Rng;
  #kept: Copy[] = [];
  /** Of the table in use. */
  fences: readonly Fence[] = [];

  constructor(scene: Scene, seed: number) {
    this.#scene = scene;
    this.rng = rngOf(seed * 131 + 3);
  }

  /** Now and then a copy. */
  keep(): void {
    const { shape, steps, table, clock, mappings, ledgers, lakeVersions } = this.#scene;
    if (shape.restores === 0 || steps % EVERY !== 0) return;
    this.#kept.push({
      at: clock.now(),
      step: steps,
      items: table.items(),
      best: new Map(mappings.map((m) => [m.name.replaceAll("'", ''), new Map(m.best)])),
      lawAgain: ledgers.remember(),
      lake: new Map(lakeVersions),
    });
    if (this.#kept.length > MOST) this.#kept.splice(this.rng.below(this.#kept.length - 1), 1);
  }

  /** One from which the streams can make everything good; undefined: there is none. */
  pick(): Copy | undefined {
    const { clock, mappings } = this.#scene;
    const good = this.#kept.filter(
      (c) =>
        c.at > clock.now() - OLDEST &&
        mappings.every((m) => {
          if (isOfSecond(m)) return true;
          const best = c.best.get(m.name.replaceAll("'", ''));
          return m.log.family().every(({ id }) => m.log.trimmed(id) <= (best?.get(id) ?? ''));
        }),
    );
    return good.length === 0 ? undefined : this.rng.pick(good);
  }

  /** The new table is the one in use afterwards. */
  async bringBack(copy: Copy, into: MemoryTable): Promise<void> {
    const scene = this.#scene;
    const givenUp = scene.table;
    scene.tell(`the table of step ${copy.step} is brought back at step ${scene.steps}`);
    const best = new Map([...copy.best].map(([name, done]) => [name, new Map(done)] as const));
    for (const m of scene.mappings) if (!isOfSecond(m)) m.best = best.get(m.name.replaceAll("'", '')) ?? new Map();
    const back = await bringBack({
      items: copy.items,
      newer: { table: givenUp, items: () => givenUp.items() },
      refined: () => recordsOf(scene.refined),
      into,
      objects: scene.objects,
      run: RUN_ID,
      now: scene.clock.now(),
    });
    if (back.missing.length > 0) throw new Error(`objects are gone: ${back.missing.join(', ')}`);
    this.fences = homeIn((await into.get(homeKey(RUN_ID))) as Item).fences;
    scene.refenced(this.fences);
    scene.table = into;
    copy.lawAgain();
    scene.lakeVersions = new Map(copy.lake);
    // What is taken from now on is of the new table.
    this.#kept = [];
  }
}
