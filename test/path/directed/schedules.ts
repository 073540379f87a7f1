// Every directed schedule by name. A mutant that names one must come out wrong in it, and the real code right.
import type { Schedule } from './given.ts';
import { headSchedules } from './head.ts';

export const schedules: Readonly<Record<string, Schedule>> = { ...headSchedules };
