import type { ToEventContext } from '../../shared/event/to-event.ts';
import type { EventType } from '../../shared/pipeline.ts';
import { minutes } from '../../shared/time.ts';

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
export const json = (value: unknown): Uint8Array => utf8(JSON.stringify(value));
export const at = (text: string): number => Date.parse(text);

const anything: EventType['check'] = () => null;
/** order: total must be a number; marks placed_at, order_no and store. visit: no marks, anything goes. reading: nested mark. */
export const types: Readonly<Record<string, EventType>> = {
  'order.v1': {
    type: 'order.v1',
    check: (data) => {
      const total = (data as { total?: unknown } | null)?.total;
      return total === undefined || typeof total === 'number'
        ? null
        : { field: '/total', cause: 'must be number', value: total };
    },
    time: ['placed_at'],
    id: ['order_no'],
    key: ['store'],
  },
  'visit.v1': { type: 'visit.v1', check: anything, time: null, id: null, key: null },
  'reading.v1': { type: 'reading.v1', check: anything, time: ['meta', 'ts'], id: ['meta', 'n'], key: null },
};

export const ARRIVAL = at('2026-03-01T12:00:00Z');
export const context: ToEventContext = {
  types,
  ahead: () => minutes(5),
  arrival: ARRIVAL,
  positionId: () => 'shard-0:49:0',
};
