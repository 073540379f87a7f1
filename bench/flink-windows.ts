// Runs bench/flink/ClickWindows.java: Flink from Maven Central, compiled here. Needs a JDK 17 and Maven 3.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

export const FLINK = '2.3.0';
const HERE = join(import.meta.dirname, 'flink');
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
const OPENS = ['lang', 'util', 'net', 'time', 'nio', 'util.concurrent'].map(
  (p) => `--add-opens=java.base/java.${p}=ALL-UNNAMED`,
);

const cache = (): string =>
  process.env.MILLRACE_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'millrace');

const install = (tell: (line: string) => void): string => {
  const lib = join(cache(), `flink-bench-${FLINK}`, 'lib');
  const done = `${lib}.done`;
  if (!existsSync(done)) {
    tell(`fetching Flink ${FLINK} into ${lib}`);
    mkdirSync(lib, { recursive: true });
    const version = `-Dflink.version=${FLINK}`;
    const to = [`-DoutputDirectory=${lib}`, '-DincludeScope=runtime'];
    execFileSync('mvn', ['-q', '-B', version, '-f', join(HERE, 'pom.xml'), COPY, ...to], { stdio: 'inherit' });
    writeFileSync(done, '');
  }
  return lib;
};

export type FlinkRun = { readonly cpuMs: number; readonly windows: number; readonly events: number };
export type FlinkWindows = { readonly runs: readonly FlinkRun[]; readonly rows: readonly string[] };

/** @param work a folder that the caller removes @throws Error when java or mvn is missing, or the job fails */
export const flinkWindows = (file: string, work: string, tell: (line: string) => void): FlinkWindows => {
  const lib = install(tell);
  const classes = join(work, 'classes');
  rmSync(classes, { recursive: true, force: true });
  mkdirSync(classes, { recursive: true });
  const jars = join(lib, '*');
  execFileSync('javac', ['-nowarn', '-cp', jars, '-d', classes, join(HERE, 'ClickWindows.java')]);
  const rows = join(work, 'rows.txt');
  const args = [file, join(work, 'checkpoints'), rows];
  const classpath = [classes, jars].join(delimiter);
  const printed = execFileSync('java', ['-Xmx2g', ...OPENS, '-cp', classpath, 'ClickWindows', ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const runs = [...printed.matchAll(/^run (\d+) \d+ (\d+) (\d+)$/gm)].map(
    ([, cpuMs, windows, events]): FlinkRun => ({
      cpuMs: Number(cpuMs),
      windows: Number(windows),
      events: Number(events),
    }),
  );
  return { runs, rows: readFileSync(rows, 'utf8').trim().split('\n') };
};
