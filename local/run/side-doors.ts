// What stands in the stores of rejected, duplicate and late events. Objects may overlap after a redelivery: a position counts once.
import type { Json, JsonObject, RejectedEvent } from '../../shared/event/cloud-event.ts';
import { parseJson } from '../../shared/event/json.ts';
import type { Objects } from '../../shared/ports.ts';

/** An event that came after its window had closed, with the window it missed; null for a session. */
export type LateEvent = {
  readonly query: string;
  readonly shard: string;
  readonly position: string;
  readonly time: number;
  readonly watermark: number;
  readonly window_start: number | null;
  readonly window_end: number | null;
  readonly event: JsonObject;
};

export class SideDoors {
  readonly #objects: Objects;
  readonly #run: string;
  readonly #read = new Set<string>();
  readonly #rejected = new Map<string, RejectedEvent>();
  readonly #late = new Map<string, LateEvent>();

  constructor(objects: Objects, run: string) {
    this.#objects = objects;
    this.#run = run;
  }

  /** Rejected and duplicate events, each (stage, query, shard, position) once. */
  get rejected(): Iterable<RejectedEvent> {
    return this.#rejected.values();
  }
  /** Late events, each (query, shard, position) once. */
  get late(): Iterable<LateEvent> {
    return this.#late.values();
  }

  /** Reads the objects written since the last look. */
  async look(): Promise<void> {
    for await (const row of this.#rows('rejected')) {
      const r = row as unknown as RejectedEvent;
      this.#rejected.set([r.stage, r.query, r.shard, r.position].join(' '), r);
    }
    for await (const row of this.#rows('late')) {
      const l = row as unknown as LateEvent;
      this.#late.set([l.query, l.shard, l.position].join(' '), l);
    }
  }

  async *#rows(door: 'rejected' | 'late'): AsyncGenerator<Json> {
    for (const { key } of await this.#objects.list(`${door}/${this.#run}/`)) {
      if (this.#read.has(key)) continue;
      const bytes = await this.#objects.get(key);
      if (bytes === undefined) continue;
      this.#read.add(key);
      for (const line of Buffer.from(bytes).toString().split('\n')) {
        if (line === '') continue;
        const parsed = parseJson(Buffer.from(line));
        if (!parsed.ok) throw new Error(`${key} holds a line that is no JSON: ${parsed.cause}`);
        yield parsed.value;
      }
    }
  }
}
