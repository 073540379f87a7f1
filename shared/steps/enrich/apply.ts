// One enrichment on many events.
import type { AgentLookup } from '../../enrich/agent.ts';
import type { GeoLookup } from '../../enrich/geo.ts';
import { keyText, type ReferenceLookup } from '../../enrich/reference.ts';
import type { Json } from '../../event/cloud-event.ts';
import { parseJson, stringifyJson } from '../../event/json.ts';
import { pointer, valueAt } from '../../event/path.ts';
import type { Enrichment } from '../../pipeline.ts';
import { add, type Work } from './work.ts';

export type Lookups = {
  /** undefined: no database was given, and geo enrichments add nothing. */
  readonly geo: GeoLookup | undefined;
  readonly agent: AgentLookup;
  readonly reference: ReferenceLookup;
};

type Of<K extends Enrichment['kind']> = Extract<Enrichment, { readonly kind: K }>;

/** A look-up that finds nothing, or nothing to look up, adds null. */
const addFound = (work: Work, as: string, asked: Json | undefined, find: (text: string) => Json): void =>
  add(work, as, typeof asked === 'string' ? find(asked) : null);

const addRows = async (e: Of<'reference'>, works: readonly Work[], reference: ReferenceLookup): Promise<void> => {
  const asked = works.map((w) => keyText(valueAt(w.data, e.key)));
  const rows = await reference.find(
    e.table,
    asked.filter((key) => key !== undefined),
    e.ttl,
  );
  works.forEach((w, i) => {
    const key = asked[i];
    add(w, e.as, key === undefined ? null : (rows.get(key) ?? null));
  });
};

/** The answer as JSON can hold it, so that later enrichments see what the event will have. undefined adds nothing. */
const asJson = (answer: unknown): Json | undefined => {
  if (answer === undefined) return undefined;
  if (answer instanceof Promise) throw new TypeError('it answered a promise; a pure function answers at once');
  const text = stringifyJson(answer as Json) as string | undefined;
  if (text === undefined) throw new TypeError(`it answered a ${typeof answer}`);
  const json = parseJson(Buffer.from(text));
  if (!json.ok) throw new TypeError(`it answered what JSON cannot hold: ${json.cause}`);
  return json.value;
};

const messageOf = (thrown: unknown): string => {
  try {
    return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  } catch {
    return 'it threw something without a text';
  }
};

const addAnswer = (e: Of<'pure'>, work: Work): void => {
  try {
    const answer = asJson(e.apply(Object.freeze({ ...work.data })));
    if (answer !== undefined) add(work, e.as, answer);
  } catch (thrown) {
    work.reject = {
      rule: 'enrichment.threw',
      cause: `enrichment ${e.name}: ${messageOf(thrown)}`,
      field: pointer('data', e.as),
    };
  }
};

/**
 * Applies one enrichment to events of its types that are not rejected.
 * @throws Fault when a look-up's service does not answer
 */
export const apply = async (
  e: Enrichment,
  works: readonly Work[],
  { geo, agent, reference }: Lookups,
): Promise<void> => {
  switch (e.kind) {
    case 'geo':
      if (geo !== undefined) for (const w of works) addFound(w, e.as, valueAt(w.data, e.ip), geo);
      return;
    case 'agent':
      for (const w of works) addFound(w, e.as, valueAt(w.data, e.agent), agent);
      return;
    case 'reference':
      return addRows(e, works, reference);
    case 'pure':
      for (const w of works) addAnswer(e, w);
      return;
    default:
      e satisfies never;
  }
};
