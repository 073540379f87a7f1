// Secrets Manager on this machine: secrets that are put in by this process, and GetSecretValue for any SDK.
import { jsonAnswer, readJsonCall, refuseAsJson } from './json-service.ts';
import { Refused, type Served, type ServeOptions, type Service, serve } from './serve.ts';

const JSON_TYPE = 'application/x-amz-json-1.1';

export type LocalSecrets = Served & {
  /** Makes a secret, or gives it its next value. */
  put(name: string, text: string): void;
};

export const startSecrets = async (options: ServeOptions = {}): Promise<LocalSecrets> => {
  const secrets = new Map<string, string>();
  const service: Service = {
    read: (request) => readJsonCall('secretsmanager', request),
    handle: ({ operation, body }) => {
      if (operation !== 'GetSecretValue')
        throw new Refused({
          error: 'InvalidRequestException',
          status: 400,
          message: `${operation} is not done here; GetSecretValue is`,
        });
      const name = String((body as { SecretId?: unknown }).SecretId);
      const text = secrets.get(name);
      if (text === undefined)
        throw new Refused({
          error: 'ResourceNotFoundException',
          status: 400,
          message: `Secrets Manager can't find ${name}`,
        });
      return jsonAnswer(200, { Name: name, SecretString: text }, JSON_TYPE);
    },
    refuse: refuseAsJson(JSON_TYPE),
  };
  return { ...(await serve(service, options)), put: (name, text) => void secrets.set(name, text) };
};
