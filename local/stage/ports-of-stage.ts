// What is deployed -> the ports of a stage.
import { objectsOutside, streamOutside, tableOutside } from '../../shared/aws/outside.ts';
import { type Deployment, groupsOf, runsOf } from '../plan/deployment.ts';
import { withEnv } from '../run/ports-here.ts';
import { StageError, type StageHere } from './stage-here.ts';

type Ports = Pick<StageHere, 'run' | 'groups' | 'streams' | 'ledger' | 'reference' | 'results' | 'objects'>;

/**
 * @param aws the environment in which the clients are made
 * @throws StageError when the stack lacks what every stage of ours has
 */
export const portsOf = (d: Deployment, aws: Readonly<Record<string, string>>): Ports => {
  const where = `stack ${d.service}-${d.stage}`;
  const names = new Map([...d.streams.map((s) => [s.id, s.name] as const), ...Object.entries(d.stores)]);
  const needed = ['RawStream', 'ValidatedStream', 'EnrichedStream', 'RefinedStream'];
  const stores = ['LedgerTable', 'ReferenceTable', 'ResultsTable', 'DataBucket'];
  const missing = [...needed, ...stores].filter((id) => !names.has(id));
  if (missing.length > 0)
    throw new StageError(`${where} has no ${missing.join(', ')}: it was not deployed from this serverless.yml`);
  const [run, ...otherRuns] = runsOf(d);
  const [groups, ...otherGroups] = groupsOf(d);
  if (run === undefined || groups === undefined || otherRuns.length + otherGroups.length > 0)
    throw new StageError(
      `${where}: functions do not agree on RUN (${runsOf(d).join(', ')}) and GROUPS (${groupsOf(d).join(', ')})`,
    );
  const name = (id: string): string => names.get(id) as string;
  return withEnv(aws, () => ({
    run,
    groups,
    streams: {
      raw: streamOutside(name('RawStream')),
      validated: streamOutside(name('ValidatedStream')),
      enriched: streamOutside(name('EnrichedStream')),
      refined: streamOutside(name('RefinedStream')),
    },
    ledger: tableOutside(d.ledger ?? name('LedgerTable')),
    reference: tableOutside(name('ReferenceTable')),
    results: tableOutside(name('ResultsTable')),
    objects: objectsOutside(name('DataBucket')),
  }));
};
