// DynamoDB by our own client.
import type { Calls, DynamoApi } from '../calls.ts';
import { jsonCalls } from './json.ts';
import type { SignedOptions } from './service.ts';

/** Attribute values of bytes are base64 in `{"B": …}`; a field that is called B holds an attribute value, never text. */
const bytesIn = (value: unknown): void => {
  if (typeof value !== 'object' || value === null) return;
  const fields = value as Record<string, unknown>;
  if (typeof fields.B === 'string') fields.B = Buffer.from(fields.B, 'base64');
  else for (const inner of Object.values(fields)) bytesIn(inner);
};

export const dynamoCalls = (options?: SignedOptions): Calls<DynamoApi> => {
  const calls = jsonCalls<DynamoApi>(
    {
      service: 'DYNAMODB',
      prefix: 'dynamodb',
      target: 'DynamoDB_20120810',
      version: '1.0',
      revive: (_, output) => {
        bytesIn(output);
        return output;
      },
    },
    options,
  );
  return async (operation, input, call) => {
    try {
      return await calls(operation, input, call);
    } catch (error) {
      bytesIn((error as { readonly Item?: unknown }).Item); // the item in the way of a condition
      throw error;
    }
  };
};
