// What a request to SNS asks for: AWS's query protocol, a form in and XML out. And which entries of a batch a service took.
import { type Answer, answerOf, type ErrorVerdict } from './hooks.ts';
import type { Request } from './serve.ts';

export const isTopicCall = ({ method, headers }: Request): boolean =>
  method === 'POST' && (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');

/** Entries of a batch by place: `PublishBatchRequestEntries.member.1.Message`. */
export type TopicCall = {
  readonly TopicArn?: string;
  readonly Entries: readonly { readonly Id: string; readonly Message: string }[];
};

export const readTopicCall = ({ body }: Request): { readonly operation: string; readonly body: TopicCall } => {
  const form = new URLSearchParams(body.toString());
  const entries = [];
  for (let i = 1; ; i++) {
    const at = `PublishBatchRequestEntries.member.${i}.`;
    const Id = form.get(`${at}Id`);
    if (Id === null) break;
    entries.push({ Id, Message: form.get(`${at}Message`) ?? '' });
  }
  const arn = form.get('TopicArn');
  return {
    operation: form.get('Action') ?? '',
    body: { ...(arn !== null && { TopicArn: arn }), Entries: entries },
  };
};

const escapeXml = (text: string): string =>
  text.replace(/[<>&]/g, (c) => (c === '<' ? '&lt;' : c === '>' ? '&gt;' : '&amp;'));
export const refuseAsTopic = ({ error, status, message }: ErrorVerdict): Answer =>
  answerOf(
    status,
    { 'content-type': 'text/xml' },
    `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${escapeXml(error)}</Code><Message>${escapeXml(message ?? error)}</Message></Error><RequestId>here</RequestId></ErrorResponse>`,
  );

/** Ids of the entries of a PublishBatch that were taken. */
export const takenBy = (answer: Answer): ReadonlySet<string> => {
  const text = Buffer.from(answer.body).toString();
  const all = /<Successful>(.*?)<\/Successful>/s.exec(text)?.[1] ?? '';
  return new Set([...all.matchAll(/<Id>([^<]*)<\/Id>/g)].map((m) => m[1] ?? ''));
};
