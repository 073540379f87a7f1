// Turns two real files into the lines that `millrace run` takes: one JSON object each. A line that cannot be parsed is passed on
// as it is, so that the pipeline rejects it and says why.
//   node test/real/to-events.ts logs|flights FILE.gz > events.ndjson
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Combined log format: client, ident, user, [time], "request", status, bytes, "referrer", "agent". */
const LINE =
  /^(\S+) \S+ \S+ \[(\d\d)\/(\w{3})\/(\d{4}):([\d:]{8}) \+0000\] "(\S+) (\S+)[^"]*" (\d{3}) (\d+|-) "([^"]*)" "([^"]*)"$/;

const logEvent = (line: string): string => {
  const m = LINE.exec(line);
  if (m === null) return line;
  const [, ip, day, month, year, time, method, path, status, bytes, referrer, agent] = m;
  const at = `${year}-${String(MONTHS.indexOf(month as string) + 1).padStart(2, '0')}-${day}T${time}.000Z`;
  return JSON.stringify({
    requested_at: at,
    ip,
    method,
    path,
    status: Number(status),
    bytes: bytes === '-' ? null : Number(bytes),
    referrer: referrer === '-' ? null : referrer,
    agent,
  });
};

export const logEvents = (gz: Uint8Array): string[] =>
  gunzipSync(gz)
    .toString('utf8')
    .split('\n')
    .filter((l) => l !== '')
    .map(logEvent);

type Flight = { date: string; delay: number; distance: number; origin: string; destination: string };
const instant = (date: string): number => Date.parse(`${date.replaceAll('/', '-').replace(' ', 'T')}:00Z`);

/** In the order in which the flights took off: schedule plus delay. */
export const flightEvents = (gz: Uint8Array): string[] =>
  (JSON.parse(gunzipSync(gz).toString('utf8')) as Flight[])
    .map((f) => ({ f, left: instant(f.date) + f.delay * 60_000 }))
    .sort((a, b) => a.left - b.left)
    .map(({ f: { date, ...rest } }) => JSON.stringify({ scheduled: new Date(instant(date)).toISOString(), ...rest }));

if (import.meta.main) {
  const [kind, file] = process.argv.slice(2);
  if ((kind !== 'logs' && kind !== 'flights') || file === undefined) {
    console.error('to-events.ts logs|flights FILE.gz');
    process.exit(2);
  }
  const bytes = readFileSync(file);
  for (const line of kind === 'logs' ? logEvents(bytes) : flightEvents(bytes)) process.stdout.write(`${line}\n`);
}
