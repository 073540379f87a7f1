// millrace invoke: one function on one sample event, on fresh local services.

import { readFileSync } from 'node:fs';
import { wouldWork } from '../build/did-you-mean.ts';
import { kafkaSample } from '../kafka/sample.ts';
import { startHere } from '../run/here.ts';
import { loadPipeline, loadReferences } from '../run/load-pipeline.ts';
import { rememberHere } from '../run/remember-here.ts';
import { putSecrets, readSecrets } from '../run/secrets-here.ts';
import { functionPool } from '../sandbox/pool.ts';
import { CallError } from './call-error.ts';
import type { Call, ExitCode } from './commands.ts';
import { paramsOf } from './deploy-now.ts';
import { textOf } from './parse-call.ts';
import { PIPELINE, PROJECT } from './places.ts';

const readEvent = (file: string): unknown => {
  const shown = file === '-' ? 'standard input' : file;
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new CallError(`--event ${shown} cannot be read: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CallError(`--event ${shown} is no JSON: ${(error as Error).message}`);
  }
};

export const invoke = async (call: Call): Promise<ExitCode> => {
  const [name = ''] = call.words;
  const file = textOf(call, 'event');
  if (file === undefined) throw new CallError('millrace invoke needs --event FILE, or --event - for standard input');
  const event = readEvent(file);
  const secrets = readSecrets(textOf(call, 'secrets'));
  const { compiled, path } = await loadPipeline(textOf(call, 'pipeline') ?? PIPELINE, PROJECT);
  const stage = textOf(call, 'stage');
  const kafka = kafkaSample(event, PROJECT);
  const here = await startHere({
    root: PROJECT,
    keepAll: true,
    params: { ...rememberHere(compiled), ...paramsOf(call) },
    ...(stage !== undefined && { stage }),
    ...kafka?.services,
  });
  try {
    const { functions } = here.template;
    const fn = functions.find((f) => f.name === name);
    if (fn === undefined) {
      const names = functions.map((f) => f.name);
      throw new CallError(`unknown function "${name}"; ${wouldWork(name, names, 'functions')}`);
    }
    putSecrets(here.secrets, secrets);
    await loadReferences(here, compiled);
    const log = ({ text }: { readonly text: string }): void => void process.stderr.write(`${text}\n`);
    const outcome = await functionPool(fn, {
      root: PROJECT,
      pipeline: path,
      aws: here.aws,
      log,
      ...kafka?.sandbox,
    }).invoke(event);
    switch (outcome.kind) {
      case 'returned':
        process.stdout.write(`${JSON.stringify(outcome.value ?? null, null, 2)}\n`);
        return 0;
      case 'threw': {
        const { error } = outcome;
        process.stderr.write(
          `${name} threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
        );
        return 1;
      }
      case 'timed-out':
        process.stderr.write(`${name} did not end within ${fn.timeoutMs / 1000} s\n`);
        return 1;
      default:
        return outcome satisfies never;
    }
  } finally {
    await here.close();
  }
};
