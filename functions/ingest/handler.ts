// HTTP API -> raw. Answers each event with its id or a reason, and puts aggregates on the stream.
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda';
import { logStream } from '#log';
import { pipeline } from '#pipeline';
import { secretValue } from '../../shared/aws/secret.ts';
import { settings } from '../../shared/aws/settings.ts';
import { watch } from '../../shared/metrics/watch.ts';
import { systemClock } from '../../shared/ports.ts';
import { createApp } from '../../shared/steps/ingest/app.ts';
import { doorOf } from '../../shared/steps/ingest/door.ts';
import { hookSecretsOf } from '../../shared/steps/ingest/hook-secrets.ts';
import { hookReader, hooksIn } from '../../shared/steps/ingest/hooks.ts';
import { keysOf } from '../../shared/steps/ingest/key-list.ts';
import { withoutStrayBody } from '../../shared/trigger/http.ts';

const { RAW_STREAM } = settings(['RAW_STREAM']);
const secret = process.env.KEYS_SECRET; // named where the door is `keys`
const closed = process.env.INTAKE === 'closed'; // set by `millrace drain`
const logger = new Logger({ serviceName: 'ingest' });
const watching = watch('ingest');
const { usage } = watching;
const clock = systemClock;
const onFailure = (error: unknown): void => logger.error('the list of keys cannot be read', { error });

const onHookFailure = (error: unknown): void => logger.error('the secret of a webhook cannot be read', { error });
const hooks = hooksIn(pipeline.sources);
const secrets = new Map(
  hooks.map(({ name, hook }) => [
    name,
    secretValue({ secret: hook.secret, parse: hookSecretsOf, clock, onFailure: onHookFailure }),
  ]),
);
const secretsOf = ({ name }: { readonly name: string }) => secrets.get(name)?.() ?? Promise.resolve([]);

const app = createApp({
  raw: logStream({ stream: RAW_STREAM, usage }),
  clock,
  types: pipeline.types,
  closed,
  ...(secret && { admit: doorOf(secretValue({ secret, parse: keysOf, clock, onFailure }), clock) }),
  ...(hooks.length > 0 && { hooks: hookReader(hooks, pipeline.types, secretsOf, clock) }),
  onRefused: (hook, why) => logger.warn('a webhook was refused', { hook, why }),
  tell: (told) => watching.tell(told),
  onError: (error) => logger.error('the request failed', { error }),
});

const answer = handle(app);

export const handler = middy((event: LambdaEvent, context: LambdaContext) =>
  answer(withoutStrayBody(event), context),
).use(injectLambdaContext(logger));
