// Where the rows of a table go as messages.
import { Fault } from '../faults.ts';
import type { TablePlan } from '../query/plan.ts';
import type { Destination } from '../steps/sink/destination.ts';
import { eventBus } from './event-bus.ts';
import { firehoseRecords } from './firehose-records.ts';
import { snsMessages } from './sns-messages.ts';
import { sqsMessages } from './sqs-messages.ts';

/** @throws Fault setting.invalid for a table of another connector, or one whose option is missing, which `check` refuses */
export const messageDestination = ({ name, connector, options }: TablePlan): Destination => {
  const option = (key: string): string => {
    const value = options[key];
    if (value === undefined) throw new Fault('setting.invalid', `table ${name}: WITH ('${key}' = …) is missing`);
    return value;
  };
  switch (connector) {
    case 'eventbridge':
      return eventBus({ bus: option('bus'), source: options.source ?? 'millrace' });
    case 'sns':
      return snsMessages({ topicArn: option('topic-arn') });
    case 'sqs':
      return sqsMessages({ queueUrl: option('queue-url') });
    case 'firehose':
      return firehoseRecords({ deliveryStream: option('delivery-stream') });
    default:
      throw new Fault('setting.invalid', `table ${name}: '${connector}' is written by another function`);
  }
};
