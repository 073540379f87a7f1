// Everything that can go wrong, and the fact that decides what is done with the event.

/**
 * reject: the same bytes will never pass; the event goes to `rejected`, the shard moves on.
 * retry:  the same event passes once a dependency is back; the batch stops before it and comes again.
 * halt:   no event can pass; stop at start-up and say why.
 */
export const FAULTS = {
  'body.not-json': 'reject', // the same bytes will never parse
  'body.not-utf8': 'reject', // JSON is UTF-8 (RFC 8259, section 8.1)
  'body.too-deep': 'reject', // nesting beyond the bound exhausts the stack of later readers
  'body.too-large': 'reject', // an event above 1 MiB cannot be put on the next stream
  'body.empty': 'reject', // nothing to read
  'body.bad-gzip': 'reject', // truncated or corrupt compressed data stays so
  'body.gzip-bomb': 'reject', // unpacks beyond 8 MB or 20,000 events (protocol, section 5.2)
  'aggregate.corrupt': 'reject', // magic and checksum say KPL, the contents do not
  'framing.corrupt': 'reject', // header, compression or value is not what its writer's schema says
  'framing.unknown-schema': 'reject', // the registry has no schema of that id, or none that can be read
  'adapter.threw': 'reject', // a bug of ours on these bytes; its neighbours pass
  'event.not-an-event': 'reject', // neither a CloudEvent nor what the source's adapter takes
  'event.no-id': 'reject', // CloudEvents 1.0 requires id
  'event.bad-attribute': 'reject', // a context attribute breaks CloudEvents 1.0
  'event.unknown-type': 'reject', // no schema of that type was deployed
  'event.bad-time': 'reject', // the event time cannot be read
  'event.future': 'reject', // later than arrival + ahead: it would close windows too early
  'event.ancient': 'reject', // before year 0001 or after 9999: outside SQL's TIMESTAMP
  'schema.mismatch': 'reject', // the schema of its type refuses it
  'change.no-key': 'reject', // change data that does not tell which row it is of
  'change.no-row': 'reject', // change data without the row, or without a column that is kept
  'enrichment.threw': 'reject', // a pure function of the user failed on these bytes
  'query.threw': 'reject', // the fold or projection of one query failed; the other queries go on
  'row.threw': 'reject', // HAVING, SELECT or a join of one result failed; the other results go on
  'rows.too-many': 'reject', // rows of one key beyond what a window may hold; those that came first count
  'stream.throttled': 'retry', // passes once the shard has capacity again
  'stream.unavailable': 'retry', // outcome unknown; sent again, a copy is dropped by its position
  'table.throttled': 'retry', // the same event passes once capacity is back
  'table.unavailable': 'retry', // outcome unknown; read again before the next try
  'objects.unavailable': 'retry', // names are fresh or contents equal, so sending again is safe
  'destination.refused': 'reject', // a database, index or endpoint will never take these bytes
  'destination.throttled': 'retry', // passes once the destination has capacity again
  'destination.unavailable': 'retry', // outcome unknown; rows carry a key and a version, so sending again is safe
  'registry.unavailable': 'retry', // the same value is read once the schema registry answers
  'secret.unavailable': 'retry', // the producer is told to send again
  'queue.unavailable': 'retry', // a lost wake-up is made good by the schedule
  'order.ancestor-unread': 'retry', // a child shard was offered before its parents were read
  'order.not-announced': 'retry', // an added shard waits until those beside it have announced it
  'ledger.gap': 'halt', // a counted entry is missing: alarm, never guess
  'ledger.corrupt': 'halt', // stored bytes are damaged: alarm, never a wrong number
  'state.newer': 'halt', // a newer build has written it: this one reads and changes nothing
  'table.restored': 'halt', // a copy of another table's state: nothing may count before `millrace restore` has finished
  'setting.missing': 'halt', // no event can pass: stop at start-up
  'setting.invalid': 'halt', // no event can pass: stop at start-up
} as const satisfies Record<string, 'reject' | 'retry' | 'halt'>;

export type FaultCode = keyof typeof FAULTS;
export type RejectRule = { [C in FaultCode]: (typeof FAULTS)[C] extends 'reject' ? C : never }[FaultCode];

/** What stops a batch. Bad data is never a Fault: it is returned as a value. */
export class Fault extends Error {
  readonly code: FaultCode;
  constructor(code: FaultCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'Fault';
    this.code = code;
  }
}

/** Wraps anything thrown into a Fault, keeping one that is there. */
export const asFault = (code: FaultCode, error: unknown): Fault =>
  error instanceof Fault ? error : new Fault(code, error instanceof Error ? error.message : String(error), error);
