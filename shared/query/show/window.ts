// Windows as text.
import type { WindowSpec } from '../plan.ts';
import { showDuration } from './duration.ts';

/** Windows in words. */
export const showWindow = (w: WindowSpec): string => {
  if (w.kind === 'tumble') return `tumbling windows of ${showDuration(w.size)}`;
  if (w.kind === 'hop') return `sliding windows of ${showDuration(w.size)}, one every ${showDuration(w.slide)}`;
  if (w.kind === 'cumulate')
    return `windows of ${showDuration(w.size)} that grow, one row every ${showDuration(w.step)}`;
  return `sessions that end after ${showDuration(w.gap)} without an event`;
};
