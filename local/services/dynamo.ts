// A DynamoDB on this machine: our own table service, or dynalite, behind one front. No transactions, no streams, nothing expires.
import type { Answer, Call } from './hooks.ts';
import { jsonAnswer, readJsonCall, refuseAsJson } from './json-service.ts';
import { Refused, type Request, type Served, type ServeOptions, type Service, serve } from './serve.ts';
import { tableApi } from './table/table-api.ts';

const JSON_TYPE = 'application/x-amz-json-1.0';

export type LocalDynamo = Served & {
  /**
   * One operation without HTTP, hooks or meter: for making tables and looking at them.
   * @throws Error with the answer's JSON when the service refuses
   */
  call(operation: string, body: object): Promise<unknown>;
};

export type TableEngine = 'own' | 'dynalite';

/** As MILLRACE_TABLE says; `own` without it. @throws RangeError for any other word */
const engineOf = (named = process.env.MILLRACE_TABLE || 'own'): TableEngine => {
  if (named !== 'own' && named !== 'dynalite')
    throw new RangeError(`MILLRACE_TABLE is ${named}; own and dynalite work`);
  return named;
};

type Handle = (call: Pick<Call, 'operation' | 'body'>, request: Request) => Answer | Promise<Answer>;

const own = (): Handle => {
  const api = tableApi(Date.now);
  return ({ operation, body }) => {
    try {
      const answer = api(operation, body);
      return jsonAnswer(answer.status, answer.body, JSON_TYPE);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return refuseAsJson(JSON_TYPE)(error.verdict);
    }
  };
};

const dynalite = async (): Promise<Handle> => {
  const { dynaliteService } = await import('./dynalite-service.ts');
  const ask = dynaliteService();
  return (_call, request) => ask(request);
};

export const startDynamo = async (
  options: ServeOptions & { readonly engine?: TableEngine } = {},
): Promise<LocalDynamo> => {
  const handle = (options.engine ?? engineOf()) === 'own' ? own() : await dynalite();
  const service: Service = {
    read: (request) => readJsonCall('dynamodb', request),
    handle,
    refuse: refuseAsJson(JSON_TYPE),
  };
  const served = await serve(service, options);
  return {
    ...served,
    async call(operation, body) {
      const request: Request = {
        method: 'POST',
        url: '/',
        headers: {
          'content-type': JSON_TYPE,
          'x-amz-target': `DynamoDB_20120810.${operation}`,
          'x-amz-date': '20240101T000000Z',
          authorization: 'AWS4-HMAC-SHA256 Credential=local/x, SignedHeaders=host, Signature=none',
        },
        body: Buffer.from(JSON.stringify(body)),
      };
      const answer = await handle({ operation, body }, request);
      if (answer.status !== 200) throw new Error(`${operation}: ${Buffer.from(answer.body).toString()}`);
      return answer.json();
    },
  };
};
