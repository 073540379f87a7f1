// Where a change stands in its database's log, by the block `source` of each Debezium connector, as text that compares.
import type { Json, JsonObject } from '../event/cloud-event.ts';
import { padded, positionText } from './position-text.ts';

const numeric = (value: Json | undefined): string | undefined => {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0))
    return padded(value);
  return typeof value === 'string' && /^\d{1,20}$/.test(value) ? padded(value) : undefined;
};
const textual = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? positionText(value) : undefined;

const ZERO_LSN = '00000000:00000000:0000';

const inLog = (s: JsonObject): string | undefined => {
  switch (s.connector) {
    case 'postgresql':
      return numeric(s.lsn);
    case 'mysql':
    case 'mariadb': {
      const [file, pos] = [textual(s.file), numeric(s.pos)];
      return file === undefined || pos === undefined ? undefined : `${file}/${pos}/${numeric(s.row) ?? padded(0)}`;
    }
    case 'oracle':
      return numeric(s.scn);
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
