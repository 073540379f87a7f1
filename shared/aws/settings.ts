import { Fault } from '../faults.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/**
 * Settings by name, read once. An empty text counts as missing.
 * @throws Fault `setting.missing`, naming every missing one
 */
export const settings = <const N extends string>(
  names: readonly N[],
  env: Env = process.env,
): Readonly<Record<N, string>> => {
  const missing = names.filter((n) => !env[n]);
  if (missing.length > 0)
    throw new Fault('setting.missing', `missing in the environment: ${missing.join(', ')}; function.yml sets them`);
  return Object.fromEntries(names.map((n) => [n, env[n]])) as Record<N, string>;
};
