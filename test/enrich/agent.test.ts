import { expect, test } from 'vitest';
import { agentLookup } from '../../shared/enrich/agent.ts';

const agents = [
  [
    'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
    { browser: 'Firefox', browser_version: '128.0', os: 'Linux', os_version: null, device: 'desktop' },
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
    { browser: 'Safari', browser_version: '17.5', os: 'iOS', os_version: '17.5', device: 'mobile' },
  ],
  [
    'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    { browser: 'Googlebot', browser_version: '2.1', os: null, os_version: null, device: 'bot' },
  ],
  ['no such thing', { browser: null, browser_version: null, os: null, os_version: null, device: null }],
] as const;

test.each(agents)('%s', (agent, fields) => {
  expect(agentLookup()(agent)).toEqual(fields);
});

test('an empty text tells nothing, and a very long one costs little', () => {
  const agent = agentLookup();
  expect(agent('  ')).toBeNull();
  const before = performance.now();
  agent(`Mozilla/5.0 (${'('.repeat(1_000_000)}`);
  expect(performance.now() - before).toBeLessThan(500);
});

test('the same text is read once', () => {
  const agent = agentLookup();
  expect(agent(agents[0][0])).toBe(agent(` ${agents[0][0]}`));
});
