// Where the rows of each destination go on this machine: to a stand-in, or to an address that the user named.

import { parseUrl } from '../../../shared/destinations/postgres-connection.ts';
import type { Plan, TablePlan } from '../../../shared/query/plan.ts';
import { wouldWork } from '../../build/did-you-mean.ts';
import { CallError } from '../../cli/call-error.ts';
import { recorded } from '../of-connector.ts';

/** `--destination TABLE=ADDRESS`, by table. */
export type Addresses = ReadonlyMap<string, string>;

/** Connectors whose rows go outside the pipeline's own tables, lake and streams. */
export const isOutside = ({ connector }: TablePlan): boolean =>
  !['kinesis', 'dynamodb', 'filesystem'].includes(connector);
export const outside = (plan: Plan): readonly TablePlan[] => recorded(plan).filter(isOutside);

const LOCAL = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** An endpoint of the user's on this machine: by `--destination`, or because the table names it so. */
export const endpointOf = (table: TablePlan, addresses: Addresses): string | undefined => {
  const { url = '' } = table.options;
  return addresses.get(table.name) ?? (URL.canParse(url) && LOCAL.has(new URL(url).hostname) ? url : undefined);
};

/** What is wrong with an address for a table; undefined when nothing is. */
const flawOf = ({ connector }: TablePlan, address: string): string | undefined => {
  switch (connector) {
    case 'jdbc':
      try {
        parseUrl(address);
        return undefined;
      } catch {
        return 'write postgresql://host:5432/database, without a password (PGUSER and PGPASSWORD sign in)';
      }
    case 'opensearch-2':
    case 'http-sink':
      return URL.canParse(address) && /^https?:/.test(address)
        ? undefined
        : 'write http://127.0.0.1:PORT or https://host';
    default:
      return `rows of '${connector}' stay on this machine; jdbc, opensearch-2 and http-sink can go to an address`;
  }
};

/**
 * @param specs as given: `TABLE=ADDRESS`
 * @throws CallError naming every one that cannot be
 */
export const readAddresses = (specs: readonly string[], plan: Plan): Addresses => {
  const found = new Map<string, string>();
  const mistakes: string[] = [];
  const tables = outside(plan);
  for (const spec of specs) {
    const at = spec.indexOf('=');
    const [name, address] = [spec.slice(0, Math.max(0, at)), spec.slice(at + 1)];
    const table = tables.find((t) => t.name === name);
    const names = tables.map((t) => t.name);
    if (at < 1) mistakes.push(`--destination ${spec}: write TABLE=ADDRESS`);
    else if (names.length === 0) mistakes.push(`--destination ${spec}: no table of the pipeline goes outside of it`);
    else if (table === undefined)
      mistakes.push(`--destination ${spec}: unknown table "${name}"; ${wouldWork(name, names, 'destinations')}`);
    else {
      const flaw = flawOf(table, address);
      if (flaw !== undefined) mistakes.push(`--destination ${name}=…: ${flaw}`);
      else found.set(name, address);
    }
  }
  if (
    tables.some((t) => t.connector === 'jdbc' && found.has(t.name)) &&
    (!process.env.PGUSER || process.env.PGPASSWORD === undefined)
  )
    mistakes.push('--destination of a jdbc table signs in as PGUSER with PGPASSWORD; set both in the environment');
  if (mistakes.length > 0) throw new CallError(mistakes.join('\n'));
  return found;
};

/** What serverless.yml must switch on for the destinations of a plan, as `--param` would. */
export const paramsFor = (plan: Plan): Readonly<Record<string, string>> => {
  const uses = new Set(outside(plan).map((t) => t.connector));
  return {
    ...((uses.has('jdbc') || uses.has('redshift')) && { warehouse: 'on', warehouseSecret: 'warehouse-here' }),
    ...(uses.has('opensearch-2') && { search: 'on' }),
    ...((uses.has('sns') || uses.has('sqs') || uses.has('eventbridge') || uses.has('firehose')) && { publish: 'on' }),
    ...((uses.has('kafka') || uses.has('upsert-kafka')) && { topics: 'on' }),
    ...(uses.has('http-sink') && { webhooks: 'on', webhookSecret: 'webhooks-here' }),
  };
};
