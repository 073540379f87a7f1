// What a source with framed values says in sources.yml: whose header stands before a value, and which registry knows its schema.
import { isScalar } from 'yaml';
import { FRAMINGS } from '../../shared/framings/frame.ts';
import type { Source } from '../../shared/pipeline.ts';
import { wouldWork } from './did-you-mean.ts';

type Say = (node: unknown, message: string) => void;
type Given = ReadonlyMap<string, { readonly key: unknown; readonly value: unknown }>;
export const FRAMING_FIELDS = ['framing', 'registry', 'secret'] as const;

const text = (node: unknown): string | undefined =>
  isScalar(node) && typeof node.value !== 'object' ? String(node.value) : undefined;

const isAddress = (registry: string): boolean => {
  const url = URL.canParse(registry) ? new URL(registry) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '' && url.hash === '';
};

/** undefined: the source has none. */
export const framingOption = (given: Given, say: Say): Source['framing'] => {
  const [framing, registry, secret] = FRAMING_FIELDS.map((field) => given.get(field));
  if (framing === undefined) {
    for (const field of [registry, secret])
      if (field !== undefined)
        say(field.key, `${text(field.key)} is for a source with framing: ${FRAMINGS.join(' or ')}`);
    return undefined;
  }
  const word = text(framing.value) ?? '';
  const kind = FRAMINGS.find((f) => f === word);
  if (kind === undefined) {
    say(framing.value, `framing is ${JSON.stringify(word)}; ${wouldWork(word, FRAMINGS, 'it may be')}`);
    return undefined;
  }
  if (kind === 'glue') {
    for (const field of [registry, secret])
      if (field !== undefined)
        say(field.key, `${text(field.key)} is for framing confluent; the Glue Schema Registry is the account's own`);
    return { kind, registry: null, secret: null };
  }
  const address = text(registry?.value) ?? '';
  if (!isAddress(address))
    say(
      registry?.value ?? framing.value,
      'framing confluent needs registry: its address, such as https://registry.example:8081; a password goes into secret',
    );
  return { kind, registry: address, secret: text(secret?.value) ?? null };
};
