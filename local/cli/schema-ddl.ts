// millrace schema: the CREATE TABLE for an event type, from its JSON Schema.

import { compileSchemas } from '../../shared/schema/compile.ts';
import { wouldWork } from '../build/did-you-mean.ts';
import { knownSchemas } from '../build/known-schemas.ts';
import { PipelineMistakes } from '../build/pipeline-mistakes.ts';
import { readFolder } from '../build/read-folder.ts';
import { schemaTable } from '../build/schema-table.ts';
import { CallError } from './call-error.ts';
import type { Call, ExitCode } from './commands.ts';
import { flagOf, textOf } from './parse-call.ts';
import { PIPELINE } from './places.ts';

export const schema = async (call: Call): Promise<ExitCode> => {
  const dir = textOf(call, 'pipeline') ?? PIPELINE;
  const [type = ''] = call.words;
  if (flagOf(call, 'ddl') !== true) throw new CallError('millrace schema needs --ddl: it writes CREATE TABLE');
  const { schemas } = readFolder(dir);
  const known = knownSchemas(schemas, []);
  const file = schemas.find((s) => s.path === `schemas/${type}.json`);
  if (file === undefined)
    throw new CallError(`no schemas/${type}.json in ${dir}; ${wouldWork(type, [...known.keys()], 'types')}`);
  const { types, errors } = compileSchemas([file]);
  const shape = known.get(type)?.shape;
  if (errors.length > 0 || shape === undefined) throw new PipelineMistakes(dir, errors);
  if (shape.properties.size === 0) throw new CallError(`schemas/${type}.json names no properties, so no columns`);
  process.stdout.write(schemaTable(type, shape, types[0]?.time ?? null));
  return 0;
};
