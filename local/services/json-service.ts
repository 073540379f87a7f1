// The wire of AWS JSON services: the operation in X-Amz-Target, JSON in and out.
import { type Answer, answerOf, type Call, type ErrorVerdict, type ServiceName } from './hooks.ts';
import { type Asked, Refused, type Request } from './serve.ts';

export const jsonAnswer = (status: number, body: object, contentType: string): Answer =>
  answerOf(status, { 'content-type': contentType }, JSON.stringify(body), body);

/** @throws Refused for a body that is not JSON */
export const readJsonCall = (service: ServiceName, request: Request): Asked => {
  const operation = (request.headers['x-amz-target'] ?? '').split('.').at(-1) ?? '';
  if (request.body.byteLength === 0) return { service, operation, body: {} };
  try {
    return { service, operation, body: JSON.parse(request.body.toString()) };
  } catch {
    throw new Refused({ error: 'SerializationException', status: 400, message: 'the body is not JSON' });
  }
};

export const refuseAsJson =
  (contentType: string) =>
  ({ error, status, message }: ErrorVerdict, _call?: Asked | Call): Answer =>
    jsonAnswer(status, { __type: error, message: message ?? error }, contentType);
