import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { COMMANDS } from '../../local/cli/commands.ts';
import { parseCall } from '../../local/cli/parse-call.ts';

const dir = mkdtempSync(join(tmpdir(), 'millrace-cost-'));
afterAll(() => rmSync(dir, { recursive: true }));

const cost = async (...args: readonly string[]) => {
  const command = COMMANDS.find((c) => c.name === 'cost');
  if (command === undefined) throw new Error('no command cost');
  let said = '';
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const code = await (await command.load())(parseCall(command, args));
    return { code, said };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
};

/** Five seconds of a processor, and more where others use it too. */
const PATIENCE = 120_000;

test('prints the three prices of a load, and where they cross', { timeout: PATIENCE }, async () => {
  const svg = join(dir, 'cost.svg');
  const { code, said } = await cost('--events-per-second', '100', '--bytes', '500', '--svg', svg);
  expect(code).toBe(0);
  for (const name of ['this pipeline', 'naive', 'naive, exact', 'Managed Flink'])
    expect(said).toMatch(new RegExp(`^  ${name} +[\\d,.]+$`, 'm'));
  for (const other of ['naive', 'naive, exact', 'Managed Flink'])
    expect(said).toMatch(new RegExp(`this pipeline and ${other} cross at [\\d,.]+/s, [\\d,.]+ USD a month`));
  expect(said).toMatch(/state costs at most a 50th of the naive and a 200th of the exact consumer from/);
  expect(readFileSync(svg, 'utf8')).toContain('Managed Flink');
});

test.each([
  [['--bytes', '20'], '--bytes is "20"'],
  [['--prices', 'nowhere.json'], '--prices nowhere.json'],
])('%j is refused', async (args, said) => {
  await expect(cost(...args)).rejects.toThrow(said);
});
