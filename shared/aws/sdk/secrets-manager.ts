// Secrets Manager by the AWS SDK.
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Calls, SecretsApi } from '../calls.ts';
import { settingsOf } from '../client.ts';
import type { ClientOptions } from '../connection.ts';
import { carried } from './carried.ts';

const COMMANDS = {
  GetSecretValue: GetSecretValueCommand,
};

export const secretsCallsBy = (client: SecretsManagerClient): Calls<SecretsApi> => carried(client, COMMANDS);

export const secretsCalls = (options?: ClientOptions): Calls<SecretsApi> =>
  secretsCallsBy(new SecretsManagerClient(settingsOf('SECRETS_MANAGER', options)));
