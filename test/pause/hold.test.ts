import { describe, expect, test } from 'vitest';
import { drain } from '../../local/pause/drain.ts';
import { pause } from '../../local/pause/pause.ts';
import { GRACE, resume } from '../../local/pause/resume.ts';
import { showPause } from '../../local/pause/show-pause.ts';
import { readPause } from '../../local/pause/state.ts';
import { minutes } from '../../shared/time.ts';
import { AT, stageGiven } from './given.ts';

const ALL = [
  'validate<raw',
  'enrich<validated',
  'aggregate<enriched',
  'refine<refine-wake',
  'refine<schedule',
  'write-table<refined',
];

describe('pause', () => {
  test('of a stage holds all but archive and ticks, and waits until nothing runs', async () => {
    const given = stageGiven({ slow: 3 });
    const done = await pause(given.deps, []);
    expect(done).toMatchObject({ act: 'paused', off: ALL, drained: false, since: AT });
    expect(given.on()).toEqual(['archive<raw', 'tick<schedule']);
    expect(given.told).toContain('0 of 6 held; validate, enrich, aggregate, refine, write-table still at work');
  });

  test('says what is lost first, and when', async () => {
    const given = stageGiven();
    given.behind('enrich<validated', minutes(30));
    const done = await pause(given.deps, []);
    expect(showPause(done, given.now())).toBe(
      'paused since 2026-02-01 00:00:00 (1 second): all functions held, but for archive and tick; ' +
        'nothing is lost before 2026-02-01 23:30:01, in 24 hours (validated, unread by enrich)',
    );
    expect(showPause(done, AT + minutes(23.6 * 60))).toContain('since 2026-02-01 23:30:01 records are being lost');
  });

  test('where nothing more comes and all is read, the ledger’s 30 days are the limit', async () => {
    const given = stageGiven();
    const done = await drain(given.deps);
    const { lostAt, lostWhere } = done;
    // Others may still write to raw.
    expect(lostWhere).toBe('raw, unread by validate');
    const inner = await (async () => {
      const g = stageGiven();
      g.turn('validate<raw', 'off');
      return pause({ ...g.deps, retention: (s) => (s === 'raw' ? null : minutes(60)) }, []);
    })();
    expect(inner.lostWhere).toBe('validated, unread by enrich');
    expect(lostAt).toBeGreaterThan(AT);
  });

  test('of one function leaves the others; of a second one both are held', async () => {
    const given = stageGiven();
    await pause(given.deps, ['write-table']);
    expect(given.on()).toHaveLength(7);
    const done = await pause(given.deps, ['aggregate']);
    expect(done.off).toEqual(['write-table<refined', 'aggregate<enriched']);
    expect(done.since).toBe(AT);
    expect(done.whole).toBe(false);
    expect(showPause(done, given.now())).toContain(': write-table, aggregate held; ');
    const all = await pause(given.deps, []);
    expect(all.whole).toBe(true);
    await resume(given.deps, ['refine']);
    expect((await readPause(given.ledger)).pause?.whole).toBe(false);
  });

  test('again changes nothing', async () => {
    const given = stageGiven();
    const first = await pause(given.deps, []);
    const asked = given.asked.length;
    given.later();
    expect(await pause(given.deps, [])).toEqual(first);
    expect(given.asked).toHaveLength(asked);
  });

  test('goes on where a command ended in the middle', async () => {
    const given = stageGiven();
    const dies = new Error('killed');
    const deps = { ...given.deps, wait: () => Promise.reject(dies) };
    await expect(pause(deps, [])).rejects.toBe(dies);
    expect((await readPause(given.ledger)).pause?.act).toBe('pausing');
    expect((await pause(given.deps, [])).act).toBe('paused');
    await resume(given.deps, []);
    expect(given.on()).toHaveLength(8);
  });

  test('what somebody turned off by hand stays off', async () => {
    const given = stageGiven();
    given.turn('enrich<validated', 'off');
    await pause(given.deps, []);
    await resume(given.deps, []);
    expect(given.on()).not.toContain('enrich<validated');
    await expect(resume(given.deps, [])).rejects.toThrow(
      'not paused by millrace; turned off by hand or by serverless.yml: enrich. millrace resume enrich turns one on',
    );
    await resume(given.deps, ['enrich']);
    expect(given.on()).toHaveLength(8);
  });

  test.each([
    [['tick'], /tick moves time on in raw/],
    [['ingest'], /ingest answers requests.*millrace drain closes it/],
    [['prod'], /no function "prod" .*a deployed stage is named by --stage/],
    [['agregate', 'writetable'], /did you mean "aggregate"[\s\S]*did you mean "write-table"/],
  ])('of %j is refused', async (names, message) => {
    const given = stageGiven();
    await expect(pause(given.deps, names)).rejects.toThrow(message);
    expect(given.asked).toEqual([]);
  });

  test('of two people at once: one of them is told', async () => {
    const given = stageGiven();
    const both = await Promise.allSettled([pause(given.deps, ['aggregate']), pause(given.deps, ['enrich'])]);
    const lost = both.filter((r) => r.status === 'rejected');
    expect(lost.map((r) => String(r.reason))).toEqual([expect.stringContaining('another pause, resume or drain runs')]);
  });
});

test('an answer that was lost is no other command: its put comes again and finds itself', async () => {
  const { deps, ledger, on } = stageGiven();
  const twice: typeof ledger = {
    ...ledger,
    async put(item, when) {
      await ledger.put(item, when);
      return ledger.put(item, when);
    },
  };
  expect((await pause({ ...deps, ledger: twice }, [])).act).toBe('paused');
  await resume({ ...deps, ledger: twice }, []);
  expect(on()).toHaveLength(8);
});

describe('resume', () => {
  test('of some leaves the others held', async () => {
    const given = stageGiven();
    given.behind('aggregate<enriched', minutes(30));
    const both = await pause(given.deps, ['aggregate', 'write-table']);
    expect(both.lostWhere).toBe('enriched, unread by aggregate');
    const { left } = await resume(given.deps, ['aggregate']);
    expect((await readPause(given.ledger)).pause?.lostWhere).toBe('refined, unread by write-table');
    expect(left).toEqual(['write-table<refined']);
    expect((await readPause(given.ledger)).pause).toMatchObject({ act: 'paused', off: ['write-table<refined'] });
  });
  test('of a stage that is not paused is refused', () =>
    expect(resume(stageGiven().deps, [])).rejects.toThrow('the stage is not paused'));
});

describe('drain', () => {
  test('ticks stop, the endpoint closes, validate reads what came, all else is worked off, then all is held', async () => {
    const given = stageGiven({ slow: 1 });
    given.behind('validate<raw', 5_000);
    given.behind('write-table<refined', 9_000);
    given.unsettled('3 entries of aggregate/enriched are not counted yet');
    let waits = 0;
    given.eachWait(() => {
      waits++;
      if (waits === 3) given.behind('validate<raw', 0);
      if (waits === 6) given.behind('write-table<refined', 0);
      if (waits === 9) given.unsettled(null);
      if (waits < 9) expect(given.state('refine<schedule')).toBe('on');
    });
    const done = await drain(given.deps);
    expect(done).toMatchObject({ act: 'drained', drained: true });
    expect(given.asked.slice(0, 3)).toEqual(['-tick<schedule', 'intake closed', '-validate<raw']);
    expect(given.asked.slice(3)).not.toContain('-archive<raw');
    expect(given.on()).toEqual(['archive<raw']);
    expect(given.told).toContain('3 entries of aggregate/enriched are not counted yet');
  });

  test('what others put on raw after the endpoint was closed is not waited for', async () => {
    const given = stageGiven({ slow: 1 });
    // Always a record that came half a second ago.
    given.behind('validate<raw', 500);
    expect((await drain(given.deps)).act).toBe('drained');
    expect(given.told.filter((t) => t.startsWith('validate reads')).length).toBeLessThan(3);
  });

  test('a record that nobody knows the age of is waited for, in raw and behind it', async () => {
    const given = stageGiven({ slow: 1 });
    given.behind('validate<raw', null);
    given.behind('enrich<validated', null);
    let waits = 0;
    given.eachWait(() => {
      waits++;
      if (waits < 6) expect(given.state('validate<raw')).toBe('on');
      if (waits === 6) given.behind('validate<raw', 0);
      if (waits < 12) expect(given.state('enrich<validated')).toBe('on');
      if (waits === 12) given.behind('enrich<validated', 0);
    });
    expect((await drain(given.deps)).act).toBe('drained');
    expect(given.told.join()).toContain('enrich has not read all of validated');
  });

  test('gives up in time, loses nothing, and goes on when it is asked again', async () => {
    const given = stageGiven({ slow: 1 });
    given.unsettled('2 rows of aggregate/enriched are not sent yet');
    await expect(drain({ ...given.deps, within: minutes(1) })).rejects.toThrow(
      /^not at rest within 1 minutes: 2 rows .*millrace drain goes on, millrace resume takes it back/,
    );
    await expect(pause(given.deps, [])).rejects.toThrow('a command has begun and not ended (draining)');
    given.unsettled(null);
    given.behind('validate<raw', 60_000); // others wrote meanwhile
    expect((await drain(given.deps)).act).toBe('drained');
    expect(given.asked.filter((a) => a === 'intake closed')).toHaveLength(1);
  });

  test('asked again, it waits once more for requests that were taken before the endpoint was closed', async () => {
    const given = stageGiven({ slow: 1 });
    const dies = new Error('killed');
    const { valves } = given.deps;
    const setIntake = async (to: 'open' | 'closed'): Promise<void> => {
      await valves.setIntake(to);
      throw dies;
    };
    await expect(drain({ ...given.deps, valves: { ...valves, setIntake } })).rejects.toBe(dies);
    given.asked.length = 0;
    await drain(given.deps);
    expect(given.asked.slice(0, 3)).toEqual(['-tick<schedule', 'intake closed', '-validate<raw']);
  });

  test('resumed: nobody says that a shard is idle before producers have come back', async () => {
    const given = stageGiven({ slow: 1 });
    await drain(given.deps);
    given.asked.length = 0;
    const from = given.now();
    let opened = 0;
    given.eachWait(() => {
      if (given.intake() === 'open' && opened === 0) opened = given.now();
      if (given.now() - from < GRACE) {
        expect(given.state('tick<schedule')).toBe('off');
        expect(given.state('refine<schedule')).toBe('off');
      }
    });
    await resume(given.deps, []);
    expect(given.on()).toHaveLength(8);
    expect(given.asked.indexOf('intake open')).toBeLessThan(given.asked.indexOf('+tick<schedule'));
    expect(given.asked.indexOf('intake open')).toBeGreaterThan(given.asked.indexOf('+validate<raw'));
    expect((await readPause(given.ledger)).pause).toBeNull();
  });

  test('a stage that is paused is not drained, and a drained one is not paused or taken up in parts', async () => {
    const paused = stageGiven();
    await pause(paused.deps, ['aggregate']);
    await expect(drain(paused.deps)).rejects.toThrow('what is held catches up with nothing');
    const drained = stageGiven();
    const first = await drain(drained.deps);
    expect(await drain(drained.deps)).toEqual(first);
    await expect(pause(drained.deps, [])).rejects.toThrow('drained and held already');
    await expect(resume(drained.deps, ['refine'])).rejects.toThrow('taken up as a whole');
  });
});
