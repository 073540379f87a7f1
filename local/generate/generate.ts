// Seeded sample traffic: the same options give the same bytes, on every machine.
import { type EpochMs, type Ms, seconds } from '../../shared/time.ts';
import { Agenda } from './agenda.ts';
import { type Happening, isoTime, type World, type WorldOptions } from './happening.ts';
import { meterWorld } from './meter.ts';
import { type Rng, rngOf } from './rng.ts';
import { sensorWorld } from './sensor.ts';
import { shopWorld } from './shop.ts';

export const KINDS = ['shop', 'sensor', 'meter'] as const;
export type Kind = (typeof KINDS)[number];

export type GenerateOptions = {
  readonly kind: Kind;
  /** A safe integer. */
  readonly seed: number;
  /** Lines in all, broken ones and copies among them. */
  readonly events: number;
  /** Event time of the beginning; not the wall clock unless it is given. */
  readonly start?: EpochMs;
  /** No event comes this long, or longer, behind the newest before it. */
  readonly disorder?: Ms;
  /** Share of events that are sent twice, in [0, 1]. */
  readonly duplicates?: number;
  /** Share of lines that are no JSON, in [0, 1). */
  readonly malformed?: number;
  /** Exponent of Zipf's law for visitors, products, sensors, meters; 0: all alike. */
  readonly skew?: number;
  /** Events per second of event time. */
  readonly rate?: number;
  /** `plain`: only what would be the CloudEvent's `data`. */
  readonly form?: 'cloudevent' | 'plain';
};

/** The samples' watermark delay is 5 s: disorder at or below it makes no event late. */
export const DEFAULTS = {
  start: Date.UTC(2026, 0, 5, 9),
  disorder: seconds(3),
  duplicates: 0,
  malformed: 0,
  skew: 1.1,
  rate: 50,
  form: 'cloudevent',
} as const;

const WORLDS: Readonly<Record<Kind, (options: WorldOptions) => World>> = {
  shop: shopWorld,
  sensor: sensorWorld,
  meter: meterWorld,
};

const cloudEvent = (h: Happening): string =>
  JSON.stringify({
    specversion: '1.0',
    id: h.id,
    source: h.source,
    type: h.type,
    subject: h.subject,
    time: isoTime(h.time),
    datacontenttype: 'application/json',
    data: h.data,
  });

/** Lines as a broken sender or a bad line leaves them: cut off, or not JSON at all. Never empty, never valid. */
const broken = (line: string, rng: Rng): string =>
  rng.chance(0.8) ? line.slice(0, 1 + rng.below(line.length - 1)) : `HTTP/1.1 502 Bad Gateway (${line.length})`;

/** One line and the moment it is sent, which never falls. Live traffic waits for it. */
export type TimedLine = { readonly at: EpochMs; readonly line: string };

/** @throws RangeError when an option is out of its range */
export function* timeline(options: GenerateOptions): Generator<TimedLine> {
  const { kind, seed, events, start, disorder, duplicates, malformed, skew, rate, form } = { ...DEFAULTS, ...options };
  inRange('seed', seed, Number.isSafeInteger(seed), 'a whole number');
  inRange('events', events, events >= 0, 'at least 0');
  inRange('disorder', disorder, disorder >= 0, 'at least 0');
  inRange('duplicates', duplicates, duplicates >= 0 && duplicates <= 1, 'between 0 and 1');
  inRange('malformed', malformed, malformed >= 0 && malformed < 1, 'at least 0 and below 1');
  inRange('skew', skew, skew >= 0, 'at least 0');
  inRange('rate', rate, rate > 0 && rate < Number.POSITIVE_INFINITY, 'above 0');

  const rng = rngOf(seed);
  const world = WORLDS[kind]({ seed, skew });
  const textOf = form === 'plain' ? (h: Happening) => JSON.stringify(h.data) : cloudEvent;
  const agenda = new Agenda<Happening>();
  const slack = Math.max(1, Math.ceil(disorder)); // sent within [time, time + slack)
  const betweenStories = (1_000 * world.mean) / rate;
  let nextStory: number = start;

  for (let sent = 0; sent < events; ) {
    while (nextStory <= agenda.due) {
      for (const h of world.story(Math.floor(nextStory), rng)) {
        const delay = rng.chance(0.5) ? 0 : rng.below(slack);
        agenda.add(h.time + delay, h);
        if (rng.chance(duplicates)) agenda.add(h.time + delay + rng.below(slack - delay), h);
      }
      nextStory += rng.wait(betweenStories);
    }
    const next = agenda.take();
    if (next === undefined) continue;
    const line = textOf(next.what);
    if (rng.chance(malformed)) {
      yield { at: next.at, line: broken(line, rng) };
      if (++sent >= events) return;
    }
    yield { at: next.at, line };
    sent++;
  }
}

/** NDJSON, line by line without the line ends. */
export function* generate(options: GenerateOptions): Generator<string> {
  for (const { line } of timeline(options)) yield line;
}

const inRange = (name: string, found: number, ok: boolean, wanted: string): void => {
  if (!ok || Number.isNaN(found)) throw new RangeError(`${name} must be ${wanted}, not ${found}`);
};
