// How long functions are billed for: invocations, processor time and waiting, by the times of times.json.
import type { Carrier, Times } from './prices.ts';
import type { Units } from './units.ts';

const callMs = (times: Times, carrier: Carrier, units: Units): number => {
  const { msPerCall, msPerObjectCall, msPerPutMb } = times.client[carrier];
  return (
    (units.putCalls + units.tableCalls + units.queueCalls) * msPerCall +
    (units.objectPuts + units.objectGets) * msPerObjectCall +
    (units.streamBytes / 1e6) * msPerPutMb
  );
};

export type Work = {
  readonly fn: string;
  /** Who carries its calls to AWS. */
  readonly carrier: Carrier;
  /** Of a month, as are the events and rows that pass through it. */
  readonly units: Units;
  readonly events: number;
  readonly rows: number;
};

/** Milliseconds that one function is billed for in a month. */
export const billedMs = (times: Times, { fn, carrier, units, events, rows }: Work): number => {
  const { put, table, object, queue } = times.waitMs;
  const waits =
    units.putCalls * put +
    units.tableCalls * table +
    (units.objectPuts + units.objectGets) * object +
    units.queueCalls * queue;
  return (
    units.invocations * (times.msPerInvocation + (times.cpuMillisPerRequest[fn] ?? 0)) +
    callMs(times, carrier, units) +
    waits / (times.callsInFlight[fn] ?? 1) +
    (events * (times.cpuMicrosPerEvent[fn] ?? 0) + rows * (times.cpuMicrosPerRow[fn] ?? 0)) / 1_000
  );
};

export const gbSeconds = (ms: number, memoryMb: number): number => (ms / 1_000) * (memoryMb / 1_024);
