// Writers' schemas of the Glue Schema Registry, by the version id in a value's header.
import { glueCalls } from '#aws/glue';
import { Fault } from '../faults.ts';
import type { FetchSchema } from '../framings/frames.ts';
import type { Env } from './settings.ts';

export const glueSchemas = (env: Env): FetchSchema => {
  const calls = glueCalls({ env });
  return async (SchemaVersionId) => {
    try {
      const found = await calls('GetSchemaVersion', { SchemaVersionId });
      return { format: found.DataFormat ?? '', text: found.SchemaDefinition ?? '', references: [] };
    } catch (error) {
      const { name, message } = error as Error;
      if (name === 'EntityNotFoundException') return null;
      throw new Fault('registry.unavailable', `the Glue Schema Registry: ${name}: ${message}`, error);
    }
  };
};
