// What serverless.yml and the pipeline's folder are about to deploy.
import { typeText } from '../../shared/query/type-rules.ts';
import { compileSchemas } from '../../shared/schema/compile.ts';
import { hours } from '../../shared/time.ts';
import type { Compilation } from '../build/compile-pipeline.ts';
import { readFolder } from '../build/read-folder.ts';
import type { FunctionTemplate, Template } from '../template/template.ts';
import type { DeployedFunction, DeployedQuery, Deployment } from './deployment.ts';

const functionOf = (fn: FunctionTemplate): DeployedFunction => ({
  name: fn.name,
  fullName: fn.fullName,
  groups: fn.environment.GROUPS === undefined ? null : Number(fn.environment.GROUPS),
  run: fn.environment.RUN ?? null,
});

export const queriesOf = (compiled: Pick<Compilation, 'plan'>): readonly DeployedQuery[] =>
  compiled.plan.queries.map(({ id, name, kind, into }) => ({ id, name, kind, into }));

/** Event type -> the field that its schema marks as key. */
const keysOf = (dir: string): Readonly<Record<string, string | null>> =>
  Object.fromEntries(
    compileSchemas(readFolder(dir).schemas).types.map((t) => [t.type, t.key === null ? null : t.key.join('.')]),
  );

const lakeOf = ({ plan }: Compilation): Readonly<Record<string, Readonly<Record<string, string>>>> =>
  Object.fromEntries(
    plan.tables
      .filter((t) => t.connector === 'filesystem')
      .map((t) => [t.name, Object.fromEntries(t.columns.map((c) => [c.name, typeText(c.type)]))]),
  );

export const deploymentOf = (template: Template, compiled: Compilation): Deployment => {
  const own = template.tables.find((t) => t.logicalId === 'LedgerTable')?.name;
  const ledger = template.functions
    .map((fn) => fn.environment.LEDGER_TABLE)
    .find((name) => name !== undefined && name !== own);
  const ids = new Map(template.streams.map((s) => [s.name, s.logicalId]));
  return {
    version: 1,
    ...(ledger !== undefined && { ledger }),
    service: template.service,
    stage: template.stage,
    ...(template.log !== undefined && { log: template.log }),
    functions: template.functions.map(functionOf),
    streams: template.streams.map((s) => ({
      id: s.logicalId,
      name: s.name,
      mode: s.onDemand ? 'on-demand' : 'provisioned',
      shards: s.onDemand ? null : s.shards,
      retentionHours: s.retentionMs / hours(1),
    })),
    mappings: template.functions.flatMap((fn) =>
      fn.triggers.flatMap((t) =>
        t.kind === 'stream'
          ? [
              {
                function: fn.name,
                stream: ids.get(t.stream) ?? t.stream,
                position: t.startingPosition,
                enabled: t.enabled,
              },
            ]
          : [],
      ),
    ),
    stores: Object.fromEntries([...template.tables, ...template.buckets].map((r) => [r.logicalId, r.name])),
    queries: queriesOf(compiled),
    keys: keysOf(compiled.dir),
    lake: lakeOf(compiled),
  };
};
