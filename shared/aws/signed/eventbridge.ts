// EventBridge by our own client.
import type { Calls, EventsApi } from '../calls.ts';
import { jsonCalls } from './json.ts';
import type { SignedOptions } from './service.ts';

export const eventsCalls = (options?: SignedOptions): Calls<EventsApi> =>
  jsonCalls({ service: 'EVENTBRIDGE', prefix: 'events', target: 'AWSEvents', version: '1.1' }, options);
