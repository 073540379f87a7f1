// The record of a deploy in its ledger table: what the next plan compares with. CloudFormation knows mappings and streams; the queries
// and the keys are in the code, so they are written down here.
import { packJson, unpackJson } from '../../shared/fold/pack.ts';
import type { Table } from '../../shared/ports.ts';
import type { Deployment } from './deployment.ts';

const KEY = { pk: 'plan', sk: 'deployed' } as const;

export const isDeployment = (value: unknown): value is Deployment =>
  typeof value === 'object' && value !== null && (value as { version?: unknown }).version === 1 && 'mappings' in value;

export const recordDeployment = async (table: Table, deployment: Deployment, at: number): Promise<void> => {
  await table.put({ ...KEY, at, b: packJson(deployment) });
};

/** undefined when no deploy was recorded. @throws Error when the record cannot be read */
export const recordedDeployment = async (table: Table): Promise<Deployment | undefined> => {
  const item = await table.get(KEY);
  if (item === undefined) return undefined;
  const found = item.b instanceof Uint8Array ? unpackJson(item.b) : undefined;
  if (!isDeployment(found)) throw new Error(`item plan/deployed of table ${table.name} is not the record of a deploy`);
  return found;
};
