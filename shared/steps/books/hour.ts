// The books are kept by the hour in which an event arrived on `raw`: every stage knows it, and it never changes.
import { days, type EpochMs, hours, minutes } from '../../time.ts';

/** Hours since the epoch. */
export type Hour = number;

const HOUR = hours(1);
export const hourOf = (arrival: EpochMs): Hour => Math.floor(arrival / HOUR);
export const startOf = (hour: Hour): EpochMs => hour * HOUR;

/** Arrivals in a shard are approximate and may step back a little: an hour is over when an arrival lies this far behind its end. */
const SETTLED = minutes(1);
/** The newest hour that is over once a record with this arrival was read. */
export const overAt = (arrival: EpochMs): Hour => hourOf(arrival - SETTLED) - 1;

/** No stream keeps a record for longer than a week: what arrived before is a load of history, which `millrace run` balances itself. */
const BOOKED = days(8);
export const isBooked = (arrival: EpochMs, now: EpochMs): boolean => arrival > now - BOOKED && arrival < now + HOUR;
