// The description of the HTTP interface, OpenAPI 3.1. Its schemas are checked against real answers in the tests.
import { FAULTS } from '../../faults.ts';

const RULES = Object.keys(FAULTS).sort();
const text = { type: 'string' } as const;
const json = (schema: object) => ({ 'application/json': { schema } });
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const answer = (description: string, more: object = {}) => ({ description, content: json(ref('Answer')), ...more });
const problem = (description: string, more: object = {}) => ({ description, content: json(ref('Problem')), ...more });
const header = (name: string, description: string) => ({ headers: { [name]: { description, schema: text } } });
const retryAfter = header('Retry-After', 'Seconds to wait before the request is sent again.');

const ANSWERS = {
  202: answer('All events are stored.'),
  207: answer('Some events are stored; each one that is not is named with its reason.'),
  400: {
    description: 'No event is stored, and none ever will be as it is: each is refused, or the body cannot be read.',
    content: json({ oneOf: [ref('Answer'), ref('Problem')] }),
  },
  413: problem('The body is too large, unpacks to too much, or holds too many events: send several requests.'),
  415: problem('The content type or the content encoding is not taken.'),
  429: answer('No event is stored: the stream has no capacity left. Send the same request again.', retryAfter),
  500: problem('A fault of ours.'),
  503: answer('No event is known to be stored: the stream failed. Send the same request again.', retryAfter),
} as const;

/** Refused before an event is looked at. */
const methodAnswers = { 405: problem('The method is not for this path.', header('Allow', 'The methods it takes.')) };

/** Refused before anything is looked at, where keys open the door. */
const KEY_ANSWERS = {
  401: problem(
    'No key, an unknown one, or a signature that is not right.',
    header('WWW-Authenticate', 'How to come in.'),
  ),
};
const KEYED_GETS = { ...KEY_ANSWERS, 503: problem('The list of keys cannot be read now: send again.', retryAfter) };
const UNAVAILABLE_OR_KEYS = {
  ...ANSWERS[503],
  description: 'The stream failed, or the list of keys cannot be read: send the same request again.',
  content: json({ oneOf: [ref('Answer'), ref('Problem')] }),
};
const SECURITY_SCHEMES = {
  key: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'A key that the owner gave you.' },
  bearer: { type: 'http', scheme: 'bearer', description: 'The same key.' },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'webhook-signature',
    description:
      'With webhook-id and webhook-timestamp, as Standard Webhooks says: HMAC-SHA256 over id.timestamp.body.',
  },
} as const;

const BODIES = {
  required: true,
  description:
    'UTF-8. May be compressed: content-encoding gzip. A CloudEvent in binary mode has its attributes in headers (ce-specversion, ' +
    'ce-id, ce-source, ce-type, ce-time, ce-subject, extensions) and its data as the body.',
  content: {
    'application/json': {
      description: 'One event or an array of events: plain JSON of the type named, else CloudEvents.',
      schema: {},
    },
    'application/x-ndjson': { schema: { type: 'string', description: 'One event a line.' } },
    'application/cloudevents+json': { schema: ref('CloudEvent') },
    'application/cloudevents-batch+json': { schema: { type: 'array', items: ref('CloudEvent') } },
  },
} as const;

const SOURCE_HEADER = {
  name: 'x-event-source',
  in: 'header',
  description: 'The source of plain events.',
  schema: text,
} as const;

const SCHEMAS = {
  CloudEvent: {
    type: 'object',
    description:
      'CloudEvents 1.0, structured. The schema of its type is checked later; what fails there is kept as rejected.',
    required: ['specversion', 'id', 'source', 'type'],
    properties: {
      specversion: { const: '1.0' },
      id: { type: 'string', minLength: 1 },
      source: { type: 'string', minLength: 1, format: 'uri-reference' },
      type: { type: 'string', minLength: 1 },
      time: { type: 'string', format: 'date-time' },
      subject: { type: 'string', minLength: 1 },
      dataschema: { type: 'string', format: 'uri' },
      datacontenttype: { type: 'string' },
      partitionkey: { type: 'string', minLength: 1, description: 'Events with equal keys keep their order.' },
      data: {},
    },
    additionalProperties: true,
  },
  Answer: {
    type: 'object',
    required: ['accepted', 'rejected', 'notStored', 'events'],
    properties: {
      accepted: { type: 'integer', minimum: 0 },
      rejected: { type: 'integer', minimum: 0 },
      notStored: { type: 'integer', minimum: 0 },
      events: { type: 'array', items: ref('EventAnswer'), description: 'One for each event, in their order.' },
    },
    additionalProperties: false,
  },
  EventAnswer: {
    oneOf: [
      {
        type: 'object',
        required: ['status', 'id'],
        properties: { status: { const: 'accepted' }, id: text },
        additionalProperties: false,
      },
      {
        type: 'object',
        description:
          'rejected: it will never be taken. not-stored: send it again. unknown: it may be stored; sent again, twice.',
        required: ['status', 'rule', 'reason'],
        properties: {
          status: { enum: ['rejected', 'not-stored', 'unknown'] },
          rule: { enum: RULES },
          reason: text,
          field: { type: 'string', format: 'json-pointer', description: 'The field that is wrong.' },
          id: text,
        },
        additionalProperties: false,
      },
    ],
  },
  Problem: {
    type: 'object',
    required: ['rule', 'reason'],
    properties: { rule: text, reason: text },
    additionalProperties: false,
  },
} as const;

const get = (operationId: string, summary: string, description: string, schema: object, more: object = {}) => ({
  operationId,
  summary,
  responses: { 200: { description, content: json(schema) }, ...methodAnswers, ...more },
});

const HOOK_PATH = {
  post: {
    operationId: 'postWebhook',
    summary: 'A request of a third party, signed as it signs: the signature is of the bytes as sent',
    parameters: [{ name: 'name', in: 'path', required: true, schema: text }],
    requestBody: { required: true, content: json({ type: 'object' }) },
    responses: {
      ...ANSWERS,
      ...methodAnswers,
      202: answer('The event is stored, or left out by the settings: then there are none.'),
      401: problem('The request is not taken; why is told to the owner alone.'),
      503: {
        description: 'The stream failed, or the request cannot be judged now: send it again.',
        content: json({ oneOf: [ref('Answer'), ref('Problem')] }),
        ...retryAfter,
      },
    },
  },
} as const;

/**
 * @param types the event types that are deployed
 * @param keyed  whether keys open the door
 * @param hooked whether there are webhooks; which ones is told to nobody
 */
export const openApi = (types: readonly string[], keyed = false, hooked = false) => {
  const security = keyed ? { security: [{ key: [] }, { bearer: [] }, { signature: [] }] } : {};
  const refused = keyed ? KEY_ANSWERS : {};
  const posts = { ...ANSWERS, ...methodAnswers, ...refused, ...(keyed && { 503: UNAVAILABLE_OR_KEYS }) };
  return {
    openapi: '3.1.0',
    info: { title: 'Millrace: events in', version: '1', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths: {
      '/events': {
        post: {
          operationId: 'postEvents',
          summary: 'Send events',
          parameters: [
            {
              name: 'x-event-type',
              in: 'header',
              description: `The type of plain events, one of ${types.join(', ')}.`,
              schema: text,
            },
            SOURCE_HEADER,
          ],
          requestBody: BODIES,
          responses: posts,
          ...security,
        },
      },
      '/events/{type}': {
        post: {
          operationId: 'postEventsOfType',
          summary: 'Send events of one type',
          parameters: [{ name: 'type', in: 'path', required: true, schema: { enum: types } }, SOURCE_HEADER],
          requestBody: BODIES,
          responses: posts,
          ...security,
        },
      },
      ...(hooked && { '/webhooks/{name}': HOOK_PATH }),
      '/health': {
        get: get('getHealth', 'Whether the function runs', 'It runs.', {
          type: 'object',
          required: ['status'],
          properties: { status: { const: 'ok' } },
          additionalProperties: false,
        }),
      },
      '/openapi.json': {
        get: {
          ...get('getOpenApi', 'This description', 'OpenAPI 3.1.', { type: 'object' }, keyed ? KEYED_GETS : {}),
          ...security,
        },
      },
    },
    components: { schemas: SCHEMAS, ...(keyed && { securitySchemes: SECURITY_SCHEMES }) },
  };
};
