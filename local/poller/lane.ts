// One line of batches inside a shard: what Lambda runs ParallelizationFactor of. It retries its batch and blocks nobody else.
import type { Ms } from '../../shared/time.ts';
import type { StreamRecord } from '../../shared/trigger/batch.ts';
import { kinesisEvent, MAX_PAYLOAD, payloadBytes } from './event.ts';
import type { DeliveryFault } from './faults.ts';
import type { GivenUp } from './on-failure.ts';
import { backOff } from './pace.ts';
import type { ShardContext } from './shard-context.ts';
import { signal } from './signal.ts';
import { type Tumbling, tumbling } from './tumbling.ts';
import { judge, type Verdict } from './verdict.ts';

/** A stretch of a batch: how often it was tried, and how often in a row without any progress. */
type Part = { readonly records: readonly StreamRecord[]; readonly attempts: number; readonly fruitless: number };
const partOf = (records: readonly StreamRecord[], attempts: number, fruitless: number): readonly Part[] =>
  records.length === 0 ? [] : [{ records, attempts, fruitless }];

export class Lane {
  readonly #context: ShardContext;
  /** Records are done with, in the lane's order: stored by the function, or given up. */
  readonly #finished: (records: readonly StreamRecord[]) => void;
  readonly #unread: () => boolean;
  readonly #wake = signal();
  readonly #tumbling: Tumbling | undefined;
  #queue: StreamRecord[] = [];
  /** When the oldest record in the queue came. */
  #since = 0;
  #closed = false;

  /** @param unread whether the shard holds records that were not handed over yet */
  constructor(context: ShardContext, finished: (records: readonly StreamRecord[]) => void, unread: () => boolean) {
    this.#context = context;
    this.#finished = finished;
    this.#unread = unread;
    const { tumblingWindowSeconds } = context.trigger;
    if (tumblingWindowSeconds > 0)
      this.#tumbling = tumbling(tumblingWindowSeconds, context.origin.shard, context.origin.arn);
  }

  push(record: StreamRecord): void {
    if (this.#queue.length === 0) this.#since = this.#context.timing.now();
    this.#queue.push(record);
  }
  wake(): void {
    this.#wake.notify();
  }
  /** The shard has ended: what is queued is all that comes. */
  close(): void {
    this.#closed = true;
    this.#wake.notify();
  }

  /** Runs until the shard has ended and everything is finished, or until the mapping stops. */
  async run(): Promise<void> {
    const { timing, stopped } = this.#context;
    while (!stopped()) {
      const closesIn = this.#closesIn();
      if (closesIn === 0) await this.#closeWindow();
      else if (this.#queue.length > 0) await this.#process(await this.#gather());
      else if (this.#closed) return;
      else await this.#wake.wait(timing, closesIn);
    }
  }

  /** A tumbling window is over when a record behind it waits, or when time is over and nothing of it can be left. */
  #closesIn(): Ms | undefined {
    const ends = this.#tumbling?.ends(this.#queue[0]);
    if (ends === undefined) return undefined;
    if (ends === 'now' || (this.#queue.length === 0 && this.#closed)) return 0;
    if (this.#queue.length > 0 || this.#unread()) return undefined;
    return Math.max(0, ends - this.#context.timing.now());
  }

  /** How many queued records fit one invocation. */
  #fit(): number {
    const { batchSize } = this.#context.trigger;
    const most = this.#tumbling?.sameWindow(this.#queue) ?? this.#queue.length;
    let bytes = 0;
    let n = 0;
    for (const record of this.#queue) {
      bytes += payloadBytes(record);
      if (n === most || n === batchSize || (n > 0 && bytes > MAX_PAYLOAD)) break;
      n += 1;
    }
    return n;
  }

  /** Waits for the batch window, the batch size or the payload limit: whichever is met first. */
  async #gather(): Promise<readonly StreamRecord[]> {
    const { timing, pace, trigger, stopped } = this.#context;
    for (;;) {
      const n = this.#fit();
      const full = n === trigger.batchSize || n < this.#queue.length || this.#closed;
      const left = pace.window ? this.#since + trigger.batchWindowMs - timing.now() : 0;
      if (full || left <= 0 || stopped()) {
        const batch = this.#queue.slice(0, n);
        this.#queue = this.#queue.slice(n);
        this.#since = timing.now();
        return batch;
      }
      await this.#wake.wait(timing, left);
    }
  }

  #giveBack(records: readonly StreamRecord[]): void {
    this.#queue = [...records, ...this.#queue];
  }

  /** Delivers until every record is finished, given back or the mapping has stopped. A batch that was halved is two parts. */
  async #process(records: readonly StreamRecord[]): Promise<void> {
    let parts: readonly Part[] = [{ records, attempts: 0, fruitless: 0 }];
    for (let part = parts[0]; part !== undefined && !this.#context.stopped(); part = parts[0]) {
      const after = await this.#step(part);
      if (after === 'lost') {
        this.#giveBack(parts.flatMap((p) => p.records));
        return;
      }
      parts = [...after, ...parts.slice(1)];
    }
  }

  /** One delivery of a part; answers what is left of it, in order. */
  async #step(part: Part): Promise<readonly Part[] | 'lost'> {
    const { trigger, pace } = this.#context;
    const old = this.#tooOld(part.records);
    if (old > 0) {
      const { attempts } = part;
      await this.#giveUp({ condition: 'RecordAgeExceeded', records: part.records.slice(0, old), attempts });
      return partOf(part.records.slice(old), attempts, 0);
    }
    const attempts = part.attempts + 1;
    const fault = this.#faultFor(part.records, attempts);
    const take = Math.max(1, fault.take ?? part.records.length);
    const batch = part.records.slice(0, take);
    const later = partOf(part.records.slice(take), 0, 0);
    const verdict = await this.#deliver(batch, attempts, part.fruitless + 1, fault);
    if (verdict.kind === 'lost') return 'lost';
    if (this.#context.stopped()) return [];
    if (verdict.kind === 'done') {
      this.#finished(batch);
      return later;
    }
    if (verdict.kind === 'from' && verdict.index > 0) {
      this.#finished(batch.slice(0, verdict.index));
      return [...partOf(batch.slice(verdict.index), attempts, 0), ...later];
    }
    const fruitless = part.fruitless + 1;
    if (verdict.kind === 'failed' && trigger.bisect && batch.length > 1) {
      const half = Math.ceil(batch.length / 2); // a split does not use up retries
      const halves = [batch.slice(0, half), batch.slice(half)];
      return [...halves.flatMap((h) => partOf(h, part.attempts, fruitless)), ...later];
    }
    if (trigger.maximumRetryAttempts >= 0 && attempts > trigger.maximumRetryAttempts) {
      await this.#giveUp({ condition: 'RetryAttemptsExhausted', records: batch, attempts });
      return later;
    }
    await this.#context.pause(backOff(pace, fruitless));
    return [...partOf(batch, attempts, fruitless), ...later];
  }

  #tooOld(batch: readonly StreamRecord[]): number {
    const { maximumRecordAgeSeconds } = this.#context.trigger;
    if (maximumRecordAgeSeconds < 0) return 0;
    const horizon = this.#context.timing.now() - maximumRecordAgeSeconds * 1000;
    const first = batch.findIndex((r) => r.arrival >= horizon);
    return first < 0 ? batch.length : first;
  }

  #faultFor(batch: readonly StreamRecord[], attempt: number): DeliveryFault {
    const { faults, fn, origin } = this.#context;
    const firstSeq = batch[0]?.seq ?? '';
    const stream = origin.arn.slice(origin.arn.lastIndexOf('/') + 1);
    const delivery = { function: fn.name, stream, shard: origin.shard, firstSeq, records: batch.length, attempt };
    return faults.deliver?.(delivery) ?? {};
  }

  async #deliver(
    batch: readonly StreamRecord[],
    attempt: number,
    fruitless: number,
    { then }: DeliveryFault,
  ): Promise<Verdict | { readonly kind: 'lost' }> {
    const context = this.#context;
    const { timing, trigger, origin } = context;
    const event = { ...kinesisEvent(batch, origin), ...this.#tumbling?.fields(batch[0], false) };
    const begun = timing.now();
    const running = context.invoke(event);
    if (then === 'zombie') context.zombie(running);
    const outcome = then === 'zombie' ? undefined : await running;
    if (then === 'kill') context.drop();
    let verdict: Verdict | { readonly kind: 'lost' } =
      outcome === undefined || then !== undefined
        ? { kind: 'lost' }
        : judge(
            outcome,
            batch.map((r) => r.seq),
            trigger.reportBatchItemFailures,
          );
    if (this.#tumbling && outcome?.kind === 'returned' && verdict.kind !== 'lost' && verdict.kind !== 'failed')
      if (!this.#tumbling.accept(outcome.value, false)) verdict = { kind: 'failed', why: 'the answer has no state' };
    context.delivered({ batch, attempt, fruitless, ms: timing.now() - begun, verdict });
    return verdict;
  }

  /** The last invocation of a tumbling window. It must succeed before the shard moves on. */
  async #closeWindow(): Promise<void> {
    const { trigger, stopped, pace } = this.#context;
    for (let attempt = 1; !stopped(); attempt++) {
      const outcome = await this.#context.invoke({ Records: [], ...this.#tumbling?.fields(undefined, true) });
      if (judge(outcome, [], trigger.reportBatchItemFailures).kind === 'done') {
        this.#tumbling?.accept(undefined, true);
        return;
      }
      await this.#context.pause(backOff(pace, attempt));
    }
  }

  /** The destination must have the message before the shard moves on. */
  async #giveUp(what: GivenUp): Promise<void> {
    const { stopped, pace } = this.#context;
    for (let attempt = 1; !stopped(); attempt++) {
      try {
        await this.#context.giveUp(what);
        this.#finished(what.records);
        return;
      } catch {
        await this.#context.pause(backOff(pace, attempt));
      }
    }
  }
}
