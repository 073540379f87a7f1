// What stands in an account whatever the load: read from serverless.yml and the list of metrics.
import { hours } from '../../shared/time.ts';
import { resolveService, type ServiceOptions } from '../template/resolve.ts';
import type { StreamTrigger, Template } from '../template/template.ts';
import { plain } from '../template/tree.ts';
import { watchPrice } from '../watch/price.ts';
import { readWatch } from '../watch/watched.ts';
import type { Carrier } from './prices.ts';

export type Deployed = {
  readonly streams: number;
  /** Records are kept beyond the first 24 hours. */
  readonly longRetention: boolean;
  /** Mappings with enhanced fan-out. */
  readonly fanOut: number;
  readonly queues: number;
  readonly memoryMb: Readonly<Record<string, number>>;
  readonly alarms: number;
  readonly dashboards: number;
  readonly keys: number;
  /** Of our functions. */
  readonly metrics: number;
  /** Of each shard of each stream. */
  readonly shardMetrics: number;
  /** Whether the API writes a line for each request. */
  readonly accessLog: boolean;
  /** Who carries the calls of functions to AWS: `--param client`. */
  readonly carrier: Carrier;
  /** Pairs of a function and an encrypted stream, table or bucket that it uses: each asks for a data key every five minutes. */
  readonly keyUsers: number;
};

type Service = {
  readonly custom?: { readonly esbuild?: { readonly conditions?: readonly unknown[] } };
  readonly provider?: { readonly logs?: { readonly httpApi?: unknown } };
  readonly resources?: unknown;
};
type Resource = { readonly Type?: string; readonly Properties?: { readonly DesiredShardLevelMetrics?: unknown } };

const resourcesOf = (resources: unknown): readonly Resource[] =>
  [resources].flat().flatMap((part) => {
    const entries = Object.values((part as { Resources?: Record<string, Resource> } | null)?.Resources ?? {});
    return entries.filter((r): r is Resource => r !== null);
  });

const USES = /_(?:STREAM|TABLE|BUCKET)$/;

export const deployedOf = (template: Template, options: ServiceOptions): Deployed => {
  const service = plain(resolveService(options)) as Service;
  const resources = resourcesOf(service.resources);
  const watched = watchPrice(readWatch(options));
  const mappings = template.functions.flatMap((f) => f.triggers).filter((t): t is StreamTrigger => t.kind === 'stream');
  const uses = template.functions.flatMap((f) => Object.keys(f.environment).filter((name) => USES.test(name)));
  const shardMetrics = resources.map((r) => r.Properties?.DesiredShardLevelMetrics).find((m) => Array.isArray(m));
  const { httpApi } = service.provider?.logs ?? {};
  return {
    streams: template.streams.length,
    longRetention: template.streams.some((s) => s.retentionMs > hours(24)),
    fanOut: mappings.filter((m) => m.enabled && m.enhanced).length,
    queues: template.functions.flatMap((f) => f.triggers).filter((t) => t.kind === 'queue').length,
    memoryMb: Object.fromEntries(template.functions.map((f) => [f.name, f.memoryMb])),
    alarms: watched.alarms,
    dashboards: watched.dashboards,
    keys: resources.filter((r) => r.Type === 'AWS::KMS::Key').length,
    metrics: watched.metrics,
    shardMetrics: Array.isArray(shardMetrics) ? shardMetrics.length : 0,
    accessLog: httpApi === true || (typeof httpApi === 'object' && httpApi !== null),
    carrier: service.custom?.esbuild?.conditions?.includes('sdk') === true ? 'sdk' : 'signed',
    keyUsers: uses.length + mappings.length,
  };
};
