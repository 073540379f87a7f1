// How long functions are billed for: invocations, processor time and waiting, by the times of times.json.
import type { Times } from './prices.ts';
import type { Units } from './units.ts';

/** Milliseconds of one function, from its units of a month and the events and rows that pass through it. */
export const billedMs = (times: Times, fn: string, units: Units, events: number, rows: number): number => {
  const { put, table, object, queue } = times.waitMs;
  const waits =
    units.putCalls * put +
    units.tableCalls * table +
    (units.objectPuts + units.objectGets) * object +
    units.queueCalls * queue;
  const calls = units.putCalls + units.tableCalls + units.objectPuts + units.objectGets + units.queueCalls;
  return (
    units.invocations * (times.msPerInvocation + (times.cpuMillisPerRequest[fn] ?? 0)) +
    calls * times.clientMsPerCall +
    waits / (times.callsInFlight[fn] ?? 1) +
    (events * (times.cpuMicrosPerEvent[fn] ?? 0) + rows * (times.cpuMicrosPerRow[fn] ?? 0)) / 1_000
  );
};

export const gbSeconds = (ms: number, memoryMb: number): number => (ms / 1_000) * (memoryMb / 1_024);
