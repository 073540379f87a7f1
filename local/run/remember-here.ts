// A pipeline that remembers change data runs with the function for it: on this machine nobody has to switch it on.
import type { Compilation } from '../build/compile-pipeline.ts';

export const rememberHere = ({ references }: Pick<Compilation, 'references'>): Readonly<Record<string, string>> =>
  references.some((r) => r.filledBy !== undefined) ? { remember: 'on' } : {};
