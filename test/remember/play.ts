// Histories by number: node test/remember/play.ts debezium|dms FROM TO  prints the first that differs, and ends with 1.
import { rngOf } from '../../local/generate/rng.ts';
import type { Table } from '../../shared/ports.ts';
import { CONNECTORS, type Connector, playDebezium } from './debezium-history.ts';
import { FORMS, type Form, playDms } from './dms-history.ts';

/** Times tie, so that only the order in which changes come tells them apart. */
const DISORDERS = ['none', 'between keys', 'any'] as const;

export const play = async (kind: string, seed: number, table?: Table): Promise<string | undefined> => {
  const rng = rngOf(seed);
  const of = kind === 'dms' ? FORMS : CONNECTORS;
  const told = of[seed % of.length] as Connector | Form;
  const orders = told === 'times' ? DISORDERS.slice(0, 2) : DISORDERS;
  const disorder = orders[Math.floor(seed / of.length) % orders.length] ?? 'none';
  const options = { connector: told as Connector, form: told as Form, disorder, ...(table && { table }) };
  const wrong = await (kind === 'dms' ? playDms(rng, options) : playDebezium(rng, options));
  return wrong === undefined ? undefined : `${kind} ${seed} (${told}, ${disorder}): ${wrong}`;
};

if (import.meta.main) {
  const [kind = 'debezium', from = '1', to = '500'] = process.argv.slice(2);
  for (let seed = Number(from); seed <= Number(to); seed++) {
    const wrong = await play(kind, seed);
    if (wrong !== undefined) {
      console.log(wrong);
      process.exitCode = 1;
      if (!process.env.ALL) break;
    }
  }
}
