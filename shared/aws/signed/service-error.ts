// What a service refused, in the SDK's form: callers tell errors apart by `name` and `$metadata.httpStatusCode`.
import type { WireAnswer } from './exchange.ts';

export class ServiceError extends Error {
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId?: string };
  /** @param fields what the answer holds beside name and message: the `Item` in the way of a condition */
  constructor(name: string, message: string, answer: WireAnswer, fields: object = {}) {
    super(message);
    Object.assign(this, fields);
    this.name = name;
    this.message = message;
    const id = headerOf(answer, 'x-amzn-requestid') ?? headerOf(answer, 'x-amz-request-id');
    this.$metadata = { httpStatusCode: answer.status, ...(id !== undefined && { requestId: id }) };
  }
}

export const headerOf = ({ headers }: WireAnswer, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.join(',');
};

const SHOWN = 200;

/** An answer that is none of the service: a proxy's page, a load balancer's, or half of one. */
export const unreadable = (answer: WireAnswer): ServiceError => {
  const type = headerOf(answer, 'content-type') ?? 'no content type';
  const text = answer.body.toString('utf8', 0, SHOWN).replace(/\s+/g, ' ').trim();
  const name = answer.status >= 400 ? `Http${answer.status}` : 'UnreadableAnswer';
  return new ServiceError(name, `answered ${answer.status} with ${type}: ${text || 'an empty body'}`, answer);
};
