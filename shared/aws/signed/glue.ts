// Glue by our own client.
import type { Calls, GlueApi } from '../calls.ts';
import { jsonCalls } from './json.ts';
import type { SignedOptions } from './service.ts';

export const glueCalls = (options?: SignedOptions): Calls<GlueApi> =>
  jsonCalls({ service: 'GLUE', prefix: 'glue', target: 'AWSGlue', version: '1.1' }, options);
