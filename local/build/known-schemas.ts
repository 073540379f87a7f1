// What the schemas say of the fields that columns read; enrichments add fields of their own.
import { basename } from 'node:path';
import type { Json } from '../../shared/event/cloud-event.ts';
import type { KnownSchema, KnownSchemas } from '../../shared/query/check/schema-fit.ts';
import { shapeOf } from '../../shared/schema/shape.ts';
import type { LoadedEnrichment } from './enrichments.ts';
import type { UserFile } from './read-folder.ts';

/** A file that is no JSON is left out: its mistake is told by the schemas' own check. */
const parsed = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
};

export const knownSchemas = (schemas: readonly UserFile[], enrichments: readonly LoadedEnrichment[]): KnownSchemas =>
  new Map(
    schemas.flatMap(({ path, text }): readonly (readonly [string, KnownSchema])[] => {
      const type = basename(path, '.json');
      const schema = parsed(text);
      const added = enrichments.flatMap(({ enrichment: e }) => (e.on.includes(type) ? [e.as] : []));
      return schema === undefined ? [] : [[type, { file: path, shape: shapeOf(schema), added }]];
    }),
  );
