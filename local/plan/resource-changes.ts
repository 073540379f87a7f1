// Functions, mappings, streams and stores: what becomes of each.
import { type Change, union } from './change.ts';
import type { DeployedMapping, DeployedStream, Deployment } from './deployment.ts';

/** CloudFormation makes a new stream when the name changes; everything else is changed in place. */
export const replacedStreams = (before: Deployment, now: Deployment): readonly DeployedStream[] =>
  before.streams.filter((s) => now.streams.find((t) => t.id === s.id)?.name !== s.name);
export const mappingName = (m: DeployedMapping): string => `${m.function} <- ${m.stream}`;
const capacity = (s: DeployedStream): string =>
  s.shards === null ? 'on demand' : `${s.shards} shard${s.shards === 1 ? '' : 's'}`;

export const streamChanges = (before: Deployment, now: Deployment): readonly Change[] => {
  const old = new Map(before.streams.map((s) => [s.id, s]));
  const fresh = new Map(now.streams.map((s) => [s.id, s]));
  return union([...old.keys()], [...fresh.keys()]).map((id): Change => {
    const [was, is] = [old.get(id), fresh.get(id)];
    const name = is?.name ?? was?.name ?? id;
    if (was === undefined && is !== undefined)
      return { about: 'stream', name, action: 'add', says: `${capacity(is)}, kept ${is.retentionHours} h` };
    if (was !== undefined && is === undefined)
      return { about: 'stream', name, action: 'remove', says: 'deleted with every record in it' };
    if (was === undefined || is === undefined) throw new Error(`stream ${id} is on no side`);
    if (was.name !== is.name)
      return {
        about: 'stream',
        name,
        action: 'change',
        says: `replaces ${was.name}, which is deleted with every record in it`,
      };
    const differences = [
      ...(capacity(was) === capacity(is) ? [] : [`${capacity(was)} -> ${capacity(is)}`]),
      ...(was.retentionHours === is.retentionHours ? [] : [`kept ${was.retentionHours} h -> ${is.retentionHours} h`]),
    ];
    return differences.length === 0
      ? { about: 'stream', name, action: 'keep', says: capacity(is) }
      : { about: 'stream', name, action: 'change', says: `${differences.join(', ')}; in place, nothing is lost` };
  });
};

export const functionChanges = (before: Deployment, now: Deployment): readonly Change[] => {
  const old = new Map(before.functions.map((f) => [f.name, f]));
  const fresh = new Map(now.functions.map((f) => [f.name, f]));
  return union([...fresh.keys()], [...old.keys()]).map((name): Change => {
    const [was, is] = [old.get(name), fresh.get(name)];
    if (was === undefined) return { about: 'function', name, action: 'add', says: is?.fullName ?? '' };
    if (is === undefined)
      return {
        about: 'function',
        name,
        action: 'remove',
        says: 'its place in its streams is forgotten; under another name it begins again',
      };
    return { about: 'function', name, action: 'keep', says: 'code as built now' };
  });
};

export const mappingChanges = (before: Deployment, now: Deployment): readonly Change[] => {
  const replaced = new Set(replacedStreams(before, now).map((s) => s.id));
  const old = new Map(before.mappings.map((m) => [mappingName(m), m]));
  const fresh = new Map(now.mappings.map((m) => [mappingName(m), m]));
  const nameOf = (d: Deployment, fn: string): string | undefined => d.functions.find((f) => f.name === fn)?.fullName;
  const retention = (id: string): string => {
    const s = now.streams.find((t) => t.id === id);
    return s === undefined ? 'its retention' : `${s.retentionHours} h`;
  };
  const begins = (m: DeployedMapping): string =>
    m.position === 'TRIM_HORIZON'
      ? `from TRIM_HORIZON: everything of the last ${retention(m.stream)}`
      : `from ${m.position}`;
  return union([...fresh.keys()], [...old.keys()]).map((name): Change => {
    const [was, is] = [old.get(name), fresh.get(name)];
    if (is === undefined) return { about: 'mapping', name, action: 'remove', says: 'its position is forgotten' };
    if (was === undefined) return { about: 'mapping', name, action: 'add', says: `reads ${begins(is)}` };
    if (replaced.has(is.stream))
      return { about: 'mapping', name, action: 'change', says: `replaced with its stream, reads ${begins(is)}` };
    // CloudFormation replaces a mapping for these two; the rest it changes in place.
    if (was.position !== is.position || nameOf(before, is.function) !== nameOf(now, is.function))
      return {
        about: 'mapping',
        name,
        action: 'change',
        says: `replaced, reads ${begins(is)} again; what was counted is not counted twice`,
      };
    const off = is.enabled ? '' : '; switched off, records wait until retention ends';
    return {
      about: 'mapping',
      name,
      action: was.enabled === is.enabled ? 'keep' : 'change',
      says: `goes on where it stands${off}`,
    };
  });
};

export const storeChanges = (before: Deployment, now: Deployment): readonly Change[] =>
  union(Object.keys(before.stores), Object.keys(now.stores)).flatMap((id): readonly Change[] => {
    const [was, is] = [before.stores[id], now.stores[id]];
    if (was === is) return [];
    if (was === undefined) return [{ about: 'store', name: is ?? id, action: 'add', says: 'empty' }];
    if (is === undefined)
      return [{ about: 'store', name: was, action: 'remove', says: 'deleted, or kept as `--param data` says' }];
    return [{ about: 'store', name: is, action: 'change', says: `replaces ${was}; begins empty` }];
  });
