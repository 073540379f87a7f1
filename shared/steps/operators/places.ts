// The place of an event's rows in the order of arrival.
import { placer, type RowPlace } from '../../fold/place.ts';
import type { StampedEvent } from '../../lanes/inner.ts';
import { arrivalPlace } from '../../lanes/position.ts';
import type { EpochMs } from '../../time.ts';
import { isRefinedLane } from '../roster.ts';

/**
 * Rows of other queries have no arrival of their own: when they were sent depends on when a decision was made. They stand in the order
 * of their event time, and of their numbers, which follow one another as the watermark rises.
 */
export const placesOf = (): ((e: StampedEvent, time: EpochMs) => (element: number) => RowPlace) => {
  const place = placer();
  return (e, time) => {
    const at = isRefinedLane(e.lane) ? { ...e, arrival: time } : arrivalPlace(e);
    return (element) => place(at, element);
  };
};
