// What a user agent's text says of the browser, the system and the kind of device.
import Bowser from 'bowser';
import type { Json } from '../event/cloud-event.ts';
import { Lru } from './lru.ts';

export type AgentLookup = (agent: string) => Json;

/** Reading one takes about a millisecond, so the same text is read once. */
const REMEMBERED = 4_000;
/** Real ones are shorter; patterns on longer text cost time and tell nothing more. */
const MAX_CHARACTERS = 1_000;

const known = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text);

const read = (agent: string): Json => {
  const { browser, os, platform } = Bowser.parse(agent);
  return {
    browser: known(browser.name),
    browser_version: known(browser.version),
    os: known(os.name),
    os_version: known(os.versionName ?? os.version),
    device: known(platform.type), // desktop, mobile, tablet, tv, bot
  };
};

/** Fields that the text does not tell are null; null for an empty text. */
export const agentLookup = (): AgentLookup => {
  const seen = new Lru<Json>(REMEMBERED);
  return (agent) => {
    const text = agent.slice(0, MAX_CHARACTERS).trim();
    if (text === '') return null;
    const before = seen.get(text);
    if (before !== undefined) return before;
    const found = read(text);
    seen.set(text, found);
    return found;
  };
};
