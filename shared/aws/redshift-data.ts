// The Redshift Data API: statements by HTTPS, without a connection to keep.
import { redshiftCalls } from '#aws/redshift-data';
import type { DataApi, Warehouse } from '../destinations/redshift.ts';
import { Fault } from '../faults.ts';
import type { Calls, RedshiftApi } from './calls.ts';
import { faulting, isNamed } from './sdk-errors.ts';

export type RedshiftDataOptions = {
  /** With its region, which may be another than the function's. */
  readonly warehouse: Warehouse & { readonly region?: string };
  readonly database: string;
  /** ARN of the secret with username and password, which the service reads with the function's role. */
  readonly secret: string;
  readonly calls?: Calls<RedshiftApi>;
};

const CODES = { throttled: 'destination.throttled', unavailable: 'destination.unavailable' } as const;
const FULL = ['ActiveStatementsExceededException', 'ActiveSessionsExceededException'];

const asking = <T>(what: string, call: () => Promise<T>): Promise<T> =>
  faulting(what, CODES, () =>
    call().catch((error: unknown) => {
      if (isNamed(error, ...FULL))
        throw new Fault('destination.throttled', `${what}: ${(error as Error).message}`, error);
      throw error;
    }),
  );

export const redshiftData = ({
  warehouse,
  database,
  secret,
  calls = redshiftCalls(warehouse.region === undefined ? {} : { region: warehouse.region }),
}: RedshiftDataOptions): DataApi => ({
  batch: (statements, token) =>
    asking(`BatchExecuteStatement ${database}`, async () => {
      const { Id } = await calls('BatchExecuteStatement', {
        Sqls: [...statements],
        Database: database,
        SecretArn: secret,
        ClientToken: token,
        ...('cluster' in warehouse ? { ClusterIdentifier: warehouse.cluster } : { WorkgroupName: warehouse.workgroup }),
      });
      if (Id === undefined) throw new Fault('destination.unavailable', 'BatchExecuteStatement gave no id');
      return Id;
    }),
  describe: (id) =>
    asking(`DescribeStatement ${id}`, async () => {
      const { Status, Error: error, SubStatements } = await calls('DescribeStatement', { Id: id });
      if (Status === 'FINISHED') return { status: 'finished', error: '' };
      if (Status !== 'FAILED' && Status !== 'ABORTED') return { status: 'running', error: '' };
      const why = error ?? SubStatements?.find((s) => s.Error !== undefined)?.Error ?? Status;
      return { status: 'failed', error: why };
    }),
});
