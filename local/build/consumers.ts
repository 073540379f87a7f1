// Consumers of one stream share 5 reads a second and 2 MB/s of each shard; enhanced fan-out gives a consumer its own 2 MB/s.
import type { UserError } from '../../shared/user-error.ts';

/** One event source mapping: the function reads the stream. `file` names where it is written. */
export type Consumer = {
  readonly stream: string;
  readonly function: string;
  readonly enhanced: boolean;
  readonly file: string;
};

/** Five reads a second a shard, one poll a second each, and one to spare for refine, `millrace trace` and a human. */
export const MOST_SHARED = 4;
/** Kinesis registers at most this many consumers with enhanced fan-out on a stream. */
export const MOST_ENHANCED = 20;

/** Consumers by stream, in the order the streams are first named. */
export const byStream = (consumers: readonly Consumer[]): ReadonlyMap<string, readonly Consumer[]> =>
  Map.groupBy(consumers, (c) => c.stream);

/** Streams with more consumers than Kinesis serves, each with the way out. */
export const tooManyConsumers = (consumers: readonly Consumer[]): readonly UserError[] =>
  [...byStream(consumers)].flatMap(([stream, readers]) => {
    const shared = readers.filter((r) => !r.enhanced);
    const enhanced = readers.filter((r) => r.enhanced);
    const say = (over: readonly Consumer[], message: string): UserError => ({
      file: over.at(-1)?.file ?? 'serverless.yml',
      line: 0,
      col: 0,
      message,
    });
    return [
      ...(shared.length > MOST_SHARED
        ? [
            say(
              shared,
              `stream ${stream} has ${shared.length} consumers that share its 2 MB/s a shard (${shared.map((r) => r.function).join(', ')}); ` +
                `at most ${MOST_SHARED} can: give one enhanced fan-out (\`consumers: enhanced\` in its function.yml, in force where the stage has ` +
                '`consumers: fan-out`), or switch one off (`enabled: false`)',
            ),
          ]
        : []),
      ...(enhanced.length > MOST_ENHANCED
        ? [
            say(
              enhanced,
              `stream ${stream} has ${enhanced.length} consumers with enhanced fan-out; Kinesis registers at most ${MOST_ENHANCED}: ` +
                'let one share, or read a copy of the stream',
            ),
          ]
        : []),
    ];
  });
