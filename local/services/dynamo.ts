// A DynamoDB on this machine: dynalite behind our own front. No transactions, no streams, nothing expires.
import dynalite from 'dynalite';
import { teachAllOld } from './all-old.ts';
import { closeIterators } from './close-iterators.ts';
import { askInProcess } from './in-process.ts';
import { readJsonCall, refuseAsJson } from './json-service.ts';
import { rememberConditions } from './known-conditions.ts';
import { keepOwnBytes } from './own-bytes.ts';
import { type Served, type ServeOptions, type Service, serve } from './serve.ts';

const JSON_TYPE = 'application/x-amz-json-1.0';

export type LocalDynamo = Served & {
  /**
   * One operation without HTTP, hooks or meter: for making tables and looking at them.
   * @throws Error with the answer's JSON when the service refuses
   */
  call(operation: string, body: object): Promise<unknown>;
};

export const startDynamo = async (options: ServeOptions = {}): Promise<LocalDynamo> => {
  teachAllOld();
  closeIterators();
  rememberConditions();
  keepOwnBytes();
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  const service: Service = {
    read: (request) => readJsonCall('dynamodb', request),
    handle: (_call, request) => askInProcess(server, request),
    refuse: refuseAsJson(JSON_TYPE),
  };
  const served = await serve(service, options);
  return {
    ...served,
    async call(operation, body) {
      const answer = await askInProcess(server, {
        method: 'POST',
        url: '/',
        headers: {
          'content-type': JSON_TYPE,
          'x-amz-target': `DynamoDB_20120810.${operation}`,
          'x-amz-date': '20240101T000000Z',
          authorization: 'AWS4-HMAC-SHA256 Credential=local/x, SignedHeaders=host, Signature=none',
        },
        body: Buffer.from(JSON.stringify(body)),
      });
      if (answer.status !== 200) throw new Error(`${operation}: ${Buffer.from(answer.body).toString()}`);
      return answer.json();
    },
  };
};
