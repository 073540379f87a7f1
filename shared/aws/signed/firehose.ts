// Data Firehose by our own client.
import type { Calls, FirehoseApi } from '../calls.ts';
import { jsonCalls } from './json.ts';
import type { SignedOptions } from './service.ts';

export const firehoseCalls = (options?: SignedOptions): Calls<FirehoseApi> =>
  jsonCalls({ service: 'FIREHOSE', prefix: 'firehose', target: 'Firehose_20150804', version: '1.1' }, options);
