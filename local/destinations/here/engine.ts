// A search engine as the local run sees it: the stand-in, or one that the user named.

import type { Request } from '../../../shared/destinations/search.ts';
import { indexTemplate, parseIndex, wildcardOf } from '../../../shared/destinations/search-index.ts';
import type { Json, JsonObject } from '../../../shared/event/cloud-event.ts';
import { parseJson } from '../../../shared/event/json.ts';
import type { TablePlan } from '../../../shared/query/plan.ts';
import type { HeldRow } from './held.ts';

const TYPE = 'application/json';
/** OpenSearch answers so many at most (index.max_result_window). */
const MOST = 10_000;

const partsOf = (t: TablePlan) => {
  const parts = parseIndex(t.options.index ?? t.name.toLowerCase(), t.columns);
  if (typeof parts === 'string') throw new Error(`table ${t.name}: 'index' ${parts}`);
  return parts;
};

const ask = async (request: Request, method: string, path: string, body = ''): Promise<JsonObject> => {
  const answer = await request({ method, path, body, type: TYPE });
  if (answer.status === 404) return {};
  if (answer.status !== 200)
    throw new Error(`${method} ${path} was answered ${answer.status}: ${answer.body.slice(0, 300)}`);
  const parsed = parseJson(Buffer.from(answer.body));
  if (!parsed.ok) throw new Error(`${method} ${path}: ${parsed.cause}`);
  return parsed.value as JsonObject;
};

export const makeTemplate = async (request: Request, t: TablePlan, host: string): Promise<void> => {
  const body = JSON.stringify(indexTemplate(t, partsOf(t)));
  const answer = await request({ method: 'PUT', path: `/_index_template/${t.name}`, body, type: TYPE });
  if (answer.status !== 200)
    throw new Error(
      `${host} answered ${answer.status} to the index template of ${t.name}: ${answer.body.slice(0, 300)}`,
    );
};

const where = (t: TablePlan): string => encodeURIComponent(wildcardOf(partsOf(t)));

/** @param fresh asks the engine to show first what it took */
export const docsIn = async (request: Request, t: TablePlan, fresh: boolean): Promise<readonly HeldRow[]> => {
  if (fresh) await ask(request, 'POST', `/${where(t)}/_refresh`);
  const { hits } = await ask(request, 'POST', `/${where(t)}/_search?version=true&size=${MOST}`, '{}');
  const all = ((hits as JsonObject | undefined)?.hits ?? []) as readonly JsonObject[];
  return all.map(({ _id, _version, _source }) => {
    const { _version: version, ...row } = _source as { readonly [name: string]: Json };
    return { key: String(_id), version: String(version ?? _version), row };
  });
};

export const countDocs = async (request: Request, t: TablePlan): Promise<number> =>
  Number((await ask(request, 'GET', `/${where(t)}/_count`)).count ?? 0);
