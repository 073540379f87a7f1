import type { Here } from './here.ts';

/** RUN, as the functions of the template have it: part of all their keys. */
export const runOf = ({ template }: Here): string =>
  template.functions.map((fn) => fn.environment.RUN).find((run) => run !== undefined) ?? '1';
