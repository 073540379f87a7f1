// Every directed schedule by name. A mutant that names one must come out wrong in it, and the real code right.
import type { Schedule } from './given.ts';
import { headSchedules } from './head.ts';
import { laneSchedules } from './lanes.ts';
import { ledgerSchedules } from './ledger.ts';
import { refineSchedules } from './refine.ts';
import { sinkSchedules } from './sinks.ts';
import { windowSchedules } from './windows.ts';

export const schedules: Readonly<Record<string, Schedule>> = {
  ...headSchedules,
  ...laneSchedules,
  ...ledgerSchedules,
  ...refineSchedules,
  ...windowSchedules,
  ...sinkSchedules,
};
