// What each stream and table got, as CloudWatch's own metrics count it.
import type { Answer, Call } from './hooks.ts';
import type { Units } from './units.ts';

export type Target = {
  readonly calls: number;
  readonly failed: number;
  /** Records stored by puts, and their bytes. */
  readonly records: number;
  readonly bytes: number;
  readonly refusedRecords: number;
  readonly refusedReads: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  /** Calls that were answered with a want of capacity. */
  readonly throttled: number;
};

export const NONE: Target = {
  calls: 0,
  failed: 0,
  records: 0,
  bytes: 0,
  refusedRecords: 0,
  refusedReads: 0,
  writeUnits: 0,
  readUnits: 0,
  throttled: 0,
};

type Body = {
  readonly StreamName?: string;
  readonly TableName?: string;
  readonly RequestItems?: Readonly<Record<string, unknown>>;
  readonly Records?: readonly unknown[];
};

/** undefined for calls of another kind, as a read by its iterator. */
const nameOf = ({ StreamName, TableName, RequestItems }: Body): string | undefined =>
  StreamName ?? TableName ?? Object.keys(RequestItems ?? {})[0];

const THROTTLED = /Throughput|Throttl|LimitExceeded/;

export const createTargets = () => {
  const counted = new Map<string, Target>();
  return {
    count(call: Call, answer: Answer, units: Units): void {
      if (call.service !== 'kinesis' && call.service !== 'dynamodb') return;
      const body = (call.body ?? {}) as Body;
      const name = nameOf(body);
      if (name === undefined) return;
      const t = counted.get(name) ?? NONE;
      const isOk = answer.status < 400;
      const said = isOk && call.operation !== 'PutRecords' ? undefined : answer.json();
      const json = (said ?? {}) as { readonly __type?: string; readonly FailedRecordCount?: number };
      const sent =
        call.operation === 'PutRecords' ? (body.Records?.length ?? 0) : call.operation === 'PutRecord' ? 1 : 0;
      const throttled = !isOk && THROTTLED.test(json.__type ?? '');
      const refused = throttled ? sent : (json.FailedRecordCount ?? 0);
      counted.set(name, {
        calls: t.calls + 1,
        failed: t.failed + (isOk ? 0 : 1),
        records: t.records + (isOk ? sent - refused : 0),
        bytes: t.bytes + units.bytes,
        refusedRecords: t.refusedRecords + refused,
        refusedReads: t.refusedReads + (throttled && sent === 0 ? 1 : 0),
        writeUnits: t.writeUnits + units.writeUnits,
        readUnits: t.readUnits + units.readUnits,
        throttled: t.throttled + (throttled ? 1 : 0),
      });
    },
    all: (): ReadonlyMap<string, Target> => counted,
    reset: () => counted.clear(),
  };
};
