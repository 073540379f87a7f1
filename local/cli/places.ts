import { fileURLToPath } from 'node:url';

const inProject = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The folder of package.json, with a `/` at its end. */
export const PROJECT = inProject('');
/** The user's room of this project, when no --pipeline names another. */
export const PIPELINE = inProject('pipeline');
/** What `#pipeline` in package.json stands for. */
export const MODULE = inProject('.millrace/pipeline.mjs');
