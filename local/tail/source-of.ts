// Which source of sources.yml lines are of, and what its schema marks.
import type { CompiledPipeline, Source } from '../../shared/pipeline.ts';
import { wouldWork } from '../build/did-you-mean.ts';
import { CallError } from '../cli/call-error.ts';

/**
 * @param name   of the source; undefined: the only one with the adapter `agent`
 * @throws CallError when there is none, or more than one to choose from
 */
export const sourceOf = ({ sources }: Pick<CompiledPipeline, 'sources'>, name: string | undefined): Source => {
  const agents = sources.filter((s) => s.adapter === 'agent');
  const names = agents.map((s) => s.name);
  if (agents.length === 0)
    throw new CallError(
      'sources.yml has no source of lines; add one: {name: web, adapter: agent, types: [hit.v1], format: apache-combined, deduplicate: 24h}',
    );
  if (name === undefined) {
    if (agents.length > 1)
      throw new CallError(`sources.yml has several sources of lines; choose one by --source: ${names.join(', ')}`);
    return agents[0] as Source;
  }
  const found = agents.find((s) => s.name === name);
  if (found === undefined)
    throw new CallError(`--source "${name}" is no source of lines; ${wouldWork(name, names, 'there are')}`);
  return found;
};
