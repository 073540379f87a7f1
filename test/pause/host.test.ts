// `millrace start` and a command beside it: they speak through the ledger table alone.
import { expect, test } from 'vitest';
import { drain } from '../../local/pause/drain.ts';
import { hereValves } from '../../local/pause/here-valves.ts';
import { pauseHost } from '../../local/pause/host.ts';
import { pause } from '../../local/pause/pause.ts';
import { resume } from '../../local/pause/resume.ts';
import { stageGiven } from './given.ts';

/** The stage looks at each wait of the command, as it does once a second. */
const beside = () => {
  const given = stageGiven({ slow: 2 });
  const { deps, ledger } = given;
  const host = pauseHost(ledger, deps.valves, deps.clock);
  const wait = async (ms: number): Promise<void> => {
    await deps.wait(ms);
    await host.look();
  };
  return { given, host, deps: { ...deps, wait, valves: hereValves(ledger, deps.clock, wait) } };
};

test('a pause reaches the stage, is seen on the page, and a resume takes it back', async () => {
  const { given, host, deps } = beside();
  await host.look();
  expect(host.said()).toBeNull();
  const done = await pause(deps, ['aggregate', 'write-table']);
  expect(given.on()).not.toContain('aggregate<enriched');
  expect(given.asked).toEqual(['-aggregate<enriched', '-write-table<refined']);
  await host.look();
  expect(host.said()).toMatch(
    /^paused since 2026-02-01 00:00:0\d .*: aggregate, write-table held; nothing is lost before/,
  );
  expect(done.off).toEqual(['aggregate<enriched', 'write-table<refined']);
  await resume(deps, []);
  expect(given.on()).toHaveLength(8);
  await host.look();
  expect(host.said()).toBeNull();
});

test('a drain closes its endpoint, and a resume opens it', async () => {
  const { given, deps } = beside();
  expect((await drain(deps)).act).toBe('drained');
  expect(given.intake()).toBe('closed');
  expect(given.on()).toEqual(['archive<raw']);
  await resume(deps, []);
  expect(given.intake()).toBe('open');
  expect(given.on()).toHaveLength(8);
});

test('a stage that does not answer is told of, after a while', async () => {
  const { deps, given } = beside();
  const alone = { ...deps, valves: hereValves(given.ledger, deps.clock, given.deps.wait) };
  await expect(pause(alone, [])).rejects.toThrow('does not answer');
});

test('nothing is written by a stage that nobody asks anything', async () => {
  const { host, given } = beside();
  for (let i = 0; i < 3; i++) await host.look();
  expect(given.ledger.items()).toEqual([]);
});
