// How large things may be between the raw stream and the streams inside.

/** The largest event: the 1 MiB of a Kinesis record less room for one stamp and the key tables of its aggregate. */
export const MAX_EVENT_BYTES = 1_048_576 - 4_096;
/** What one raw record may unpack to (protocol, section 5.2). */
export const MAX_UNPACKED_BYTES = 8 * 1_048_576;
export const MAX_UNPACKED_EVENTS = 20_000;
