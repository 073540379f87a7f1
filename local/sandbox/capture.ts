// What a function logs, line by line, instead of on the terminal.
import { Console } from 'node:console';
import { Writable } from 'node:stream';

export type LogLine = {
  /** The sandbox that logged: `validate#3`. */
  readonly from: string;
  readonly stream: 'stdout' | 'stderr';
  /** One entry; JSON from the structured logger. */
  readonly text: string;
};
export type LogSink = (line: LogLine) => void;

/** The structured logger indents its JSON when it is given a console; one entry shall be one line, as in CloudWatch. */
const oneLine = (text: string): string => {
  if (!text.startsWith('{')) return text;
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
};

export const capturing = (from: string, sink: LogSink): Console => {
  const to = (stream: LogLine['stream']): Writable =>
    new Writable({
      decodeStrings: false,
      write(chunk: string | Buffer, _, done) {
        sink({ from, stream, text: oneLine(String(chunk).trimEnd()) });
        done();
      },
    });
  return new Console({ stdout: to('stdout'), stderr: to('stderr') });
};
