// Local services for `serverless invoke local`, with the environment that the functions have on them.
import { resolve } from 'node:path';
import { startHere } from '../run/here.ts';

export type ServicesHere = {
  /** Endpoints and keys for AWS clients. */
  readonly aws: Readonly<Record<string, string>>;
  /** By function, plain texts. */
  readonly environment: Readonly<Record<string, Readonly<Record<string, string>>>>;
  close(): Promise<void>;
};

/** @param params as on the command line: `name=value` */
export const servicesHere = async (options: {
  readonly stage: string;
  readonly params: readonly string[];
}): Promise<ServicesHere> => {
  const params = Object.fromEntries(
    options.params.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  );
  const here = await startHere({
    root: resolve(import.meta.dirname, '../..'),
    stage: options.stage,
    params,
    keepAll: true,
  });
  const environment = Object.fromEntries(here.template.functions.map((f) => [f.name, f.environment]));
  return { aws: here.aws, environment, close: () => here.close() };
};
