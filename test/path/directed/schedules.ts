// Every directed schedule by name. A mutant that names one must come out wrong in it, and the real code right.
import { compactionSchedules } from './compaction.ts';
import { copySchedules } from './copies.ts';
import { deploySchedules } from './deploys.ts';
import { earlySchedules } from './early.ts';
import type { Schedule } from './given.ts';
import { growthSchedules } from './growth.ts';
import { headSchedules } from './head.ts';
import { hopSchedules } from './hops.ts';
import { ingestSchedules } from './ingest.ts';
import { lakeSchedules } from './lake.ts';
import { laneSchedules } from './lanes.ts';
import { ledgerSchedules } from './ledger.ts';
import { messageSchedules } from './messages.ts';
import { refineSchedules } from './refine.ts';
import { replaySchedules } from './replays.ts';
import { restoreSchedules } from './restore.ts';
import { sinkSchedules } from './sinks.ts';
import { takenBackSchedules } from './taken-back.ts';
import { windowSchedules } from './windows.ts';

export const schedules: Readonly<Record<string, Schedule>> = {
  ...ingestSchedules,
  ...copySchedules,
  ...headSchedules,
  ...hopSchedules,
  ...laneSchedules,
  ...ledgerSchedules,
  ...refineSchedules,
  ...windowSchedules,
  ...earlySchedules,
  ...deploySchedules,
  ...restoreSchedules,
  ...replaySchedules,
  ...takenBackSchedules,
  ...growthSchedules,
  ...sinkSchedules,
  ...messageSchedules,
  ...lakeSchedules,
  ...compactionSchedules,
};
