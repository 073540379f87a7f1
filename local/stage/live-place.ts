import { join } from 'node:path';
import { PROJECT } from '../cli/places.ts';

/** Where `millrace start` notes its addresses. MILLRACE_LIVE names another file, for pipelines side by side. */
export const LIVE_FILE = (): string => process.env.MILLRACE_LIVE || join(PROJECT, '.millrace', 'live.json');
