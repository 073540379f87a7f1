// What is read back from table and bucket: damage stops the line and names the thing, never becomes another number.
import { Fault } from '../../faults.ts';

/**
 * @param what the item or object, for the message
 * @throws Fault ledger.corrupt when reading fails
 */
export const reading = <T>(what: string, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw corrupt(what, error instanceof Error ? error.message : String(error), error);
  }
};

export const corrupt = (what: string, why: string, cause?: unknown): Fault =>
  new Fault('ledger.corrupt', `${what} cannot be read: ${why}`, cause);
