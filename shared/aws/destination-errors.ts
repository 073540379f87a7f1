// Errors of the services that take rows, as Faults.
import { Fault } from '../faults.ts';
import { faulting, isNamed } from './sdk-errors.ts';

export const DESTINATION = { throttled: 'destination.throttled', unavailable: 'destination.unavailable' } as const;

/** The whole call is refused for what is in it: halves are tried. */
const OF_THE_ROWS = [
  'BatchRequestTooLong',
  'BatchRequestTooLongException',
  'AWS.SimpleQueueService.BatchRequestTooLong',
  'InvalidMessageContents',
];
/** A validation that speaks of sizes means the rows; any other may mean the settings, and then no row is to blame. */
const OF_SIZE = /\b(size|length|too long|too large|exceed)/i;
const isOfRows = (error: unknown): boolean =>
  isNamed(error, ...OF_THE_ROWS) ||
  (isNamed(error, 'ValidationException', 'ValidationError', 'InvalidParameter', 'InvalidParameterException') &&
    OF_SIZE.test((error as Error).message));

/** @throws Fault destination.refused when one of the rows is the cause; else as `faulting` */
export const refusing = <T>(what: string, codes: typeof DESTINATION, call: () => Promise<T>): Promise<T> =>
  faulting(what, codes, async () => {
    try {
      return await call();
    } catch (error) {
      if (!isOfRows(error)) throw error;
      throw new Fault('destination.refused', `${what}: ${(error as Error).name}: ${(error as Error).message}`, error);
    }
  });
