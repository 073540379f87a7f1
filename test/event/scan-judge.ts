// The scan and its plain twin on the same bytes.
import { type Scan, scanOf } from '../../shared/event/scan.ts';
import { toEvent } from '../../shared/event/to-event.ts';
import { minutes } from '../../shared/time.ts';
import type { Types } from '../schema/given.ts';
import { DOCUMENT_ARRIVAL } from './scan-documents.ts';

const ahead = () => minutes(5);

export type Compared = {
  /** What the scan took that the plain path judges otherwise; undefined when they agree. */
  readonly wrong: string | undefined;
  readonly fast: boolean;
  /** The plain path passes the very bytes on. */
  readonly passes: boolean;
};

const show = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part)) ?? 'undefined';

export const comparer = (types: Types): ((bytes: Uint8Array) => Compared) => {
  const scan: Scan = scanOf(types, ahead);
  return (bytes) => {
    const plain = toEvent(bytes, { types, ahead, arrival: DOCUMENT_ARRIVAL, positionId: () => 'p' });
    const passes = plain.kind === 'event' && plain.bytes === bytes;
    const fast = scan(bytes, DOCUMENT_ARRIVAL);
    if (fast === undefined) return { wrong: undefined, fast: false, passes };
    if (plain.kind === 'reject') return { wrong: `${plain.rule} ${plain.field}: ${plain.cause}`, fast: true, passes };
    const { id, source, type } = plain.event;
    const [one, other] = [
      {
        time: fast.time,
        id: fast.id,
        source: fast.source,
        type: fast.type,
        event: fast.event,
        same: fast.bytes === bytes,
      },
      { time: plain.time, id, source, type, event: plain.event, same: passes },
    ].map(show);
    return { wrong: one === other ? undefined : `${one} is not ${other}`, fast: true, passes };
  };
};
