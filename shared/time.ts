/** Milliseconds since 1970-01-01T00:00:00Z; may be negative. */
export type EpochMs = number;
/** A length of time in milliseconds. */
export type Ms = number;

export const seconds = (n: number): Ms => n * 1_000;
export const minutes = (n: number): Ms => n * 60_000;
export const hours = (n: number): Ms => n * 3_600_000;
export const days = (n: number): Ms => n * 86_400_000;

/** The last instant a four-digit year can name. A tick with this arrival closes every window (`millrace run`). */
export const END_OF_TIME: EpochMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
/** Before every event: the clock of a lane that has shown nothing yet. */
export const START_OF_TIME: EpochMs = -8_640_000_000_000_000;
