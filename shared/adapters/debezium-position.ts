// Where a change stands in its database's log, by the block `source` of each Debezium connector, as text that compares.
import type { Json, JsonObject } from '../event/cloud-event.ts';
import { parseJson } from '../event/json.ts';
import { padded, positionText } from './position-text.ts';

const numeric = (value: Json | undefined): string | undefined => {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0))
    return padded(value);
  return typeof value === 'string' && /^\d{1,20}$/.test(value) ? padded(value) : undefined;
};
const textual = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? positionText(value) : undefined;

const ZERO_LSN = '00000000:00000000:0000';

/**
 * The change lies at `lsn`, and `sequence` names the commit before its own: `["24023119","24023128"]`. Transactions come in the order of
 * their commits, so one that a snapshot did not see may hold changes from before it; the commit before it tells.
 */
const postgres = ({ lsn, sequence }: JsonObject): string | undefined => {
  const change = numeric(lsn);
  const parsed = typeof sequence === 'string' ? parseJson(Buffer.from(sequence)) : undefined;
  const before = parsed?.ok && Array.isArray(parsed.value) ? numeric(parsed.value[0]) : undefined;
  return change === undefined ? undefined : `${before !== undefined && before > change ? before : change}/${change}`;
};

/** A snapshot at an SCN sees what was committed up to it; a change has the SCN of its commit, then its own place in the redo log. */
const oracle = (s: JsonObject): string | undefined => {
  const change = numeric(s.scn);
  if (change === undefined) return undefined;
  // Hexadecimal of a fixed width: 0x000017.0001a8a6.0010
  const redo = typeof s.rs_id === 'string' ? s.rs_id.trim().toLowerCase() : '';
  const place = [change, ...[redo === '' ? undefined : redo, numeric(s.ssn)].filter((part) => part !== undefined)];
  return [numeric(s.commit_scn) ?? change, ...place].join('/');
};

const inLog = (s: JsonObject): string | undefined => {
  switch (s.connector) {
    case 'postgresql':
      return postgres(s);
    case 'mysql':
    case 'mariadb': {
      const [file, pos] = [textual(s.file), numeric(s.pos)];
      return file === undefined || pos === undefined ? undefined : `${file}/${pos}/${numeric(s.row) ?? padded(0)}`;
    }
    case 'oracle':
      return oracle(s);
    case 'sqlserver':
    case 'db2': {
      // In a transaction: the place of the change, then which of its events (an update of a key is two).
      const commit = textual(s.commit_lsn);
      const change = textual(s.change_lsn) ?? ZERO_LSN;
      return commit === undefined ? undefined : `${commit}/${change}/${numeric(s.event_serial_no) ?? padded(0)}`;
    }
    case 'mongodb': {
      const time = numeric(s.ts_ms);
      return time === undefined ? undefined : `${time}/${numeric(s.ord) ?? padded(0)}`;
    }
    default:
      // Times in one unit, so that they compare among themselves.
      return undefined;
  }
};

/**
 * undefined: nothing tells it. A row of a snapshot without a place (incremental snapshots of some connectors) lies before every
 * change: `0`. Others go by the time of their commit in nanoseconds.
 */
export const debeziumPosition = (source: JsonObject, isSnapshot: boolean): string | undefined => {
  const found = inLog(source);
  if (found !== undefined) return found;
  if (isSnapshot) return '0';
  const { ts_ns, ts_us, ts_ms } = source;
  const whole = (value: Json | undefined, unit: bigint): string | undefined => {
    const digits = numeric(value);
    return digits === undefined ? undefined : padded(BigInt(digits) * unit);
  };
  return whole(ts_ns, 1n) ?? whole(ts_us, 1_000n) ?? whole(ts_ms, 1_000_000n);
};
