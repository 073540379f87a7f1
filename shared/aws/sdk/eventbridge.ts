// EventBridge by the AWS SDK.
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Calls, EventsApi } from '../calls.ts';
import { settingsOf } from '../client.ts';
import type { ClientOptions } from '../connection.ts';
import { carried } from './carried.ts';

const COMMANDS = {
  PutEvents: PutEventsCommand,
};

export const eventsCallsBy = (client: EventBridgeClient): Calls<EventsApi> => carried(client, COMMANDS);

export const eventsCalls = (options?: ClientOptions): Calls<EventsApi> =>
  eventsCallsBy(new EventBridgeClient(settingsOf('EVENTBRIDGE', options)));
