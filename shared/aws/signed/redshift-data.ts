// The Redshift Data API by our own client.
import type { Calls, RedshiftApi } from '../calls.ts';
import { jsonCalls } from './json.ts';
import type { SignedOptions } from './service.ts';

export const redshiftCalls = (options?: SignedOptions): Calls<RedshiftApi> =>
  jsonCalls({ service: 'REDSHIFT_DATA', prefix: 'redshift-data', target: 'RedshiftData', version: '1.1' }, options);
