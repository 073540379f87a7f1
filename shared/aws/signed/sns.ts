// SNS by our own client: the query protocol, a form in and XML out.
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
import type { Calls, SnsApi } from '../calls.ts';
import type { WireAnswer } from './exchange.ts';
import { openDoor, type SignedOptions } from './service.ts';
import { ServiceError, unreadable } from './service-error.ts';
import { encode } from './sign.ts';
import { childrenOf, readXml, textOf } from './xml.ts';

const rootOf = (answer: WireAnswer) => {
  const root = readXml(answer.body.toString());
  if (root === undefined) throw unreadable(answer);
  if (answer.status === 200) return root;
  const [error] = childrenOf(root, 'Error');
  if (error === undefined) throw unreadable(answer);
  throw new ServiceError(textOf(error, 'Code'), textOf(error, 'Message'), answer, { Type: textOf(error, 'Type') });
};

/** `PublishBatchRequestEntries.member.1.MessageAttributes.entry.1.Value.StringValue=…` */
const formOf = ({ TopicArn, PublishBatchRequestEntries: entries = [] }: SnsApi['PublishBatch']['in']): string => {
  const form: [string, string | undefined][] = [
    ['Action', 'PublishBatch'],
    ['Version', '2010-03-31'],
    ['TopicArn', TopicArn],
  ];
  entries.forEach(({ MessageAttributes = {}, Id, Message, MessageGroupId, MessageDeduplicationId }, i) => {
    const at = `PublishBatchRequestEntries.member.${i + 1}`;
    const fields = { Id, Message, MessageGroupId, MessageDeduplicationId };
    for (const [name, value] of Object.entries(fields)) form.push([`${at}.${name}`, value]);
    Object.entries(MessageAttributes).forEach(([name, value], n) => {
      const entry = `${at}.MessageAttributes.entry.${n + 1}`;
      form.push([`${entry}.Name`, name]);
      form.push([`${entry}.Value.DataType`, value.DataType]);
      form.push([`${entry}.Value.StringValue`, value.StringValue]);
    });
  });
  return form.flatMap(([name, value]) => (value === undefined ? [] : [`${encode(name)}=${encode(value)}`])).join('&');
};

export const snsCalls = (options?: SignedOptions): Calls<SnsApi> => {
  const door = openDoor({ service: 'SNS', prefix: 'sns' }, options);
  return (_operation, input, call) =>
    door.ask(
      {
        method: 'POST',
        path: '/',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: Buffer.from(formOf(input)),
      },
      (answer) => {
        const [result] = childrenOf(rootOf(answer), 'PublishBatchResult');
        const members = (name: string) => childrenOf(childrenOf(result, name)[0], 'member');
        return {
          Successful: members('Successful').map((m) => ({ Id: textOf(m, 'Id'), MessageId: textOf(m, 'MessageId') })),
          Failed: members('Failed').map((m) => ({
            Id: textOf(m, 'Id'),
            Code: textOf(m, 'Code'),
            Message: textOf(m, 'Message'),
            SenderFault: textOf(m, 'SenderFault') === 'true',
          })),
        };
      },
      call,
    );
};
