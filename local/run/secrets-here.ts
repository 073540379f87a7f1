// `--secrets FILE`: what Secrets Manager holds on this machine. A JSON object of names, as sources.yml gives them, to texts.
import { readFileSync } from 'node:fs';
import type { Source } from '../../shared/pipeline.ts';
import { hookSecretsOf } from '../../shared/steps/ingest/hook-secrets.ts';
import { type HookSource, hooksIn } from '../../shared/steps/ingest/hooks.ts';
import { CallError } from '../cli/call-error.ts';
import type { LocalSecrets } from '../services/secrets.ts';

export type SecretTexts = Readonly<Record<string, string>>;

/**
 * @param file undefined: the file that MILLRACE_SECRETS names, or none
 * @throws CallError, which names no secret
 */
export const readSecrets = (file: string | undefined, env = process.env): SecretTexts => {
  const path = file ?? env.MILLRACE_SECRETS;
  if (path === undefined || path === '') return {};
  const wrong = (what: string): never => {
    throw new CallError(`--secrets ${path} ${what}`);
  };
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === undefined ? wrong('is no JSON') : wrong('cannot be read');
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && Object.values(value as object).every((text) => typeof text === 'string')
    ? (value as SecretTexts)
    : wrong('is a JSON object of names and texts: {"acme/github": "…"}');
};

export const putSecrets = (secrets: LocalSecrets, texts: SecretTexts): void => {
  for (const [name, text] of Object.entries(texts)) secrets.put(name, text);
};

/** @throws CallError naming the secret that a webhook needs and `--secrets` does not give */
export const hookSecretsHere = (source: HookSource, texts: SecretTexts): readonly Buffer[] => {
  const { secret } = source.hook;
  const text = Object.hasOwn(texts, secret) ? texts[secret] : undefined;
  if (text === undefined)
    throw new CallError(
      `source ${source.name} is signed with the secret "${secret}": give --secrets FILE with {"${secret}": "…"}`,
    );
  return hookSecretsOf(text);
};

/** What a start without them says: webhooks that answer 503 until their secret is given. */
export const missingSecrets = (sources: readonly Source[], texts: SecretTexts): readonly string[] =>
  hooksIn(sources).flatMap(({ name, hook }) =>
    Object.hasOwn(texts, hook.secret) ? [] : [`webhook ${name}: no secret "${hook.secret}"; give --secrets FILE`],
  );
