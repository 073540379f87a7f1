// Writers' schemas of the Glue Schema Registry, by the version id in a value's header.
import { GetSchemaVersionCommand, GlueClient } from '@aws-sdk/client-glue';
import { Fault } from '../faults.ts';
import type { FetchSchema } from '../framings/frames.ts';
import { clientSettings } from './client.ts';
import type { Env } from './settings.ts';

export const glueSchemas = (env: Env): FetchSchema => {
  const client = new GlueClient(clientSettings('GLUE', env));
  return async (SchemaVersionId) => {
    try {
      const found = await client.send(new GetSchemaVersionCommand({ SchemaVersionId }));
      return { format: found.DataFormat ?? '', text: found.SchemaDefinition ?? '', references: [] };
    } catch (error) {
      const { name, message } = error as Error;
      if (name === 'EntityNotFoundException') return null;
      throw new Fault('registry.unavailable', `the Glue Schema Registry: ${name}: ${message}`, error);
    }
  };
};
