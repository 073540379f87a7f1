// Lines on their way through the producer: stored, or put aside with the reason; what would happen to every line stops the command.
import { appendFileSync } from 'node:fs';
import { NotPut, type Outgoing, type Producer } from '../../shared/producer/index.ts';
import type { Line } from './splitter.ts';

/** Rules that are about the call, not about a line. */
const ALL_LINES = /^(request\.|event\.unknown-type$|producer\.closed$)/;

export type Stored = { stored: number; refused: number };

/**
 * @param aside the file for lines that are refused: NDJSON of file, place, rule, reason and the line
 * @returns     sends the events of a line; resolves when each is stored or put aside. @throws NotPut
 */
export const storing = (producer: Pick<Producer, 'putBytes'>, aside: string, counts: Stored) => {
  const one = async (event: Outgoing, line: Line, file: string): Promise<void> => {
    try {
      await producer.putBytes(event);
      counts.stored += 1;
    } catch (error) {
      if (!(error instanceof NotPut) || error.kind !== 'refused' || ALL_LINES.test(error.rule)) throw error;
      const { rule, message: reason } = error;
      const text = Buffer.from(line.bytes).toString();
      appendFileSync(aside, `${JSON.stringify({ file, start: line.start, id: event.id, rule, reason, line: text })}\n`);
      counts.refused += 1;
    }
  };
  return async (events: readonly Outgoing[], line: Line, file: string): Promise<void> => {
    await Promise.all(events.map((event) => one(event, line, file)));
  };
};
