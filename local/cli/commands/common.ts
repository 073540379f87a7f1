// Options that several commands take, and their lines of help.
import type { Options } from './command.ts';

export const pipeline = [
  '--pipeline DIR',
  'the folder with schemas, tables.sql and queries (default: pipeline)',
] as const;
/** As `serverless deploy` takes them. */
export const deploy = {
  stage: { type: 'string' },
  param: { type: 'string', multiple: true },
  region: { type: 'string' },
} as const satisfies Options;
export const deployHelp = [
  ['--stage STAGE', 'dev, prod or your own (default: dev)'],
  ['--param NAME=VALUE', 'a setting of serverless.yml, as `serverless deploy` takes it; may repeat'],
  ['--region REGION', 'default: as serverless.yml says'],
] as const;
export const destinationHere = [
  '--destination TABLE=ADDRESS',
  'a database, search engine or endpoint of yours in place of the stand-in here; may repeat',
] as const;
export const SECRETS = [
  '--secrets FILE',
  'secrets of sources.yml on this machine: a JSON object of names and texts (default: the file MILLRACE_SECRETS names)',
] as const;
export const json = ['--json', 'the result as JSON on standard output'] as const;
