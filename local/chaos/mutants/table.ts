// docs/mutants.md, as the runner writes it.
import type { Mutant } from './mutant.ts';
import type { Outcome } from './play.ts';
import { noCounterpart, notNeeded, type Without } from './without.ts';

export type Result = { readonly mutant: Mutant; readonly outcome: Outcome };

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const catcher = ({ mutant, outcome }: Result): string => {
  if (outcome.kind !== 'wrong') return '**missed**';
  if (!outcome.name.startsWith('seed ')) return outcome.name;
  return mutant.small ? `${outcome.name}, small limits` : outcome.name;
};

const row = (r: Result): string =>
  `| \`${r.mutant.name}\` | ${cell(r.mutant.protects)} | ${r.mutant.section} | ${cell(catcher(r))} |`;

const list = (all: readonly Without[]): string =>
  all.map(({ name, why }) => `- ${name.includes('`') ? name : `\`${name}\``}: ${why}.`).join('\n');

export const tableOf = (results: readonly Result[]): string => {
  const caught = results.filter((r) => r.outcome.kind === 'wrong').length;
  return `# Mutants

Each line is one protection of the real code. \`node local/chaos/mutants.ts\` takes it away as the sources are loaded and plays until
something comes out wrong: a directed schedule of \`test/path/directed/\`, or random schedules from seed 1 on. The code as it is must
come out right on the same schedules. This table is written by \`node local/chaos/mutants.ts --write\`.

${caught} of ${results.length} caught.

| mutant | protects | protocol | caught by |
|---|---|---|---|
${results.map(row).join('\n')}

## Switches of the simulator without a counterpart

${list(noCounterpart)}

## Left out without a change of any result

${list(notNeeded)}
`;
};
