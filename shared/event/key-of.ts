import type { EventType } from '../pipeline.ts';
import type { Json } from './cloud-event.ts';
import { valueAt } from './path.ts';

/**
 * The partition key of an event: the attribute `partitionkey`, else the field its schema marks `x-key`, else `subject`, else `id`
 * (protocol, section 14). undefined when the event has none of them with a text or number in it.
 */
export const keyOf = (
  event: { readonly [name: string]: Json | undefined },
  type: EventType | undefined,
): string | undefined => {
  const marked = type?.key ? valueAt(event.data, type.key) : undefined;
  for (const value of [event.partitionkey, marked, event.subject, event.id]) {
    if (value === undefined || value === null || value === '' || typeof value === 'object') continue;
    return String(value);
  }
  return undefined;
};
