// Compares the scan with its plain twin on many documents:  node test/event/scan-million.ts [COUNT] [FIRST SEED]
import { load } from '../schema/given.ts';
import { documentOf, SCHEMAS } from './scan-documents.ts';
import { comparer } from './scan-judge.ts';

const count = Number(process.argv[2] ?? 1_000_000);
const first = Number(process.argv[3] ?? 1);
const compare = comparer(await load(SCHEMAS));
let [fast, passes, wrong] = [0, 0, 0];
for (let seed = first; seed < first + count; seed++) {
  const { bytes } = documentOf(seed);
  const compared = compare(bytes);
  if (compared.fast) fast++;
  if (compared.passes) passes++;
  if (compared.wrong === undefined) continue;
  wrong++;
  if (wrong <= 20) console.log(`seed ${seed}: ${compared.wrong}\n  ${bytes}`);
}
console.log(`${count} documents: ${passes} pass as they are, ${fast} of them by the scan, ${wrong} taken wrongly`);
process.exitCode = wrong === 0 ? 0 : 1;
