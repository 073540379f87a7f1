// The streams of one local Kinesis, for callers in the same process. They pass by the quotas.
import { type LogOptions, MemoryLog } from '../../shared/memory/log.ts';
import type { Clock } from '../../shared/ports.ts';
import { hours } from '../../shared/time.ts';
import { kinesisError, noSuchStream } from './errors.ts';

/** What AWS keeps unless it is told otherwise. */
export const DEFAULT_RETENTION = hours(24);

export class Streams {
  readonly #clock: Clock;
  readonly #logs = new Map<string, MemoryLog>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * @param retention how long records are kept after their arrival; give Infinity where arrivals lie in the past, as in history
   * @throws          ResourceInUseException when there is one of that name
   */
  create(name: string, options: Pick<LogOptions, 'shards' | 'retention' | 'shardName'> = {}): MemoryLog {
    if (this.#logs.has(name)) throw kinesisError('ResourceInUseException', `Stream ${name} already exists.`);
    const log = new MemoryLog(name, { clock: this.#clock, retention: DEFAULT_RETENTION, ...options });
    this.#logs.set(name, log);
    return log;
  }

  /** @throws ResourceNotFoundException */
  log(name: string): MemoryLog {
    const log = this.#logs.get(name);
    if (!log) throw noSuchStream(name);
    return log;
  }

  has(name: string): boolean {
    return this.#logs.has(name);
  }

  /** @throws ResourceNotFoundException */
  delete(name: string): void {
    if (!this.#logs.delete(name)) throw noSuchStream(name);
  }

  /** In the order of their names. */
  names(): readonly string[] {
    return [...this.#logs.keys()].sort();
  }
}
