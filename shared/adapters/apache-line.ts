// A line of an Apache access log, https://httpd.apache.org/docs/2.4/logs.html: common `%h %l %u %t "%r" %>s %b`, and combined, which adds
// `"%{Referer}i" "%{User-agent}i"`.
import type { JsonObject } from '../event/cloud-event.ts';
import { parseRfc3339, showInstant } from '../event/instant.ts';

/** Lines beyond this are no requests: Apache itself takes 8 KiB for each field. Keeps the patterns below quick on any bytes. */
const MOST_LINE = 65_536;
const QUOTED = '"([^"\\\\]*(?:\\\\.[^"\\\\]*)*)"';
const COMMON = `^(\\S+) (\\S+) (.{1,256}?) \\[([^\\]]{1,40})\\] ${QUOTED} (\\d{3}) (\\d{1,15}|-)`;
const FORMS = {
  common: new RegExp(`${COMMON}$`, 's'),
  combined: new RegExp(`${COMMON} ${QUOTED} ${QUOTED}$`, 's'),
};
const TIME = /^(\d\d)\/(\w{3})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const REQUEST = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+)(?: (HTTP\/\d(?:\.\d)?))?$/;

const unescaped = (text: string): string =>
  text.includes('\\')
    ? text.replace(/\\(x[0-9a-fA-F]{2}|.)/gs, (_, c: string) =>
        c.length === 3
          ? String.fromCharCode(Number.parseInt(c.slice(1), 16))
          : ({ n: '\n', t: '\t', r: '\r', b: '\b', v: '\v' }[c] ?? c),
      )
    : text;

/** `-` stands for nothing: the name is left out. */
const given = (names: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(names).filter(([, value]) => value !== '-' && value !== undefined));

/** @returns data with `time` in RFC 3339 and UTC, and the request both whole and in its parts; or what does not fit */
export const apacheLine = (line: string, combined: boolean): { data: JsonObject } | { cause: string } => {
  if (line.length > MOST_LINE) return { cause: `${line.length} characters; at most ${MOST_LINE} may be` };
  const found = (combined ? FORMS.combined : FORMS.common).exec(line);
  if (found === null) {
    const other = (combined ? FORMS.common : FORMS.combined).test(line);
    const hint = other ? `; it reads as apache-${combined ? 'common' : 'combined'}` : '';
    return { cause: `the line does not have the form host ident user [time] "request" status bytes${hint}` };
  }
  const [, host = '', ident = '', user = '', at = '', request = '', status, bytes, referer, agent] = found;
  const [, day, month = '', year, clock, hours, minutes] = TIME.exec(at) ?? [];
  const m = String(MONTHS.indexOf(month) + 1).padStart(2, '0');
  const time = parseRfc3339(`${year}-${m}-${day}T${clock}${hours}:${minutes}`);
  if (time === undefined) return { cause: `the time is "${at}"; it reads as 17/May/2015:10:05:03 +0000` };
  const [, method, path, protocol] = REQUEST.exec(unescaped(request)) ?? [];
  return {
    data: given({
      host,
      ident,
      user,
      time: showInstant(time),
      request: unescaped(request),
      ...(method === undefined ? {} : { method, path: path ?? '' }),
      ...(protocol === undefined ? {} : { protocol }),
      status: Number(status),
      bytes: bytes === '-' ? 0 : Number(bytes),
      ...(referer === undefined ? {} : { referer: unescaped(referer) }),
      ...(agent === undefined ? {} : { agent: unescaped(agent) }),
    }),
  };
};
