// Secrets Manager by our own client.
import type { Calls, SecretsApi } from '../calls.ts';
import { jsonCalls } from './json.ts';
import type { SignedOptions } from './service.ts';

export const secretsCalls = (options?: SignedOptions): Calls<SecretsApi> =>
  jsonCalls(
    { service: 'SECRETS_MANAGER', prefix: 'secretsmanager', target: 'secretsmanager', version: '1.1' },
    options,
  );
