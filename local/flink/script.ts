// A pipeline as one script for Apache Flink: the same views and queries, tables with Flink's options, functions as Java classes.
import type { CreateFunction, CreateTable, CreateView, Insert, Span, Statement } from '../../shared/query/ast.ts';
import { parseFile } from '../../shared/query/parser/statements.ts';
import type { Plan } from '../../shared/query/plan.ts';
import { printName, printText } from '../../shared/query/print/names.ts';
import { printStatement } from '../../shared/query/print/statements.ts';
import { problemsOf } from '../../shared/query/problem.ts';
import type { UserError } from '../../shared/user-error.ts';
import type { LoadedEnrichment } from '../build/enrichments.ts';
import type { UserFile } from '../build/read-folder.ts';
import { connectorOf, forFlink, isOfFlink, REGION } from './connectors.ts';
import { callsIn, lookupsIn, tablesIn } from './names-in.ts';

/** A statement with the text it came from. */
type In<S extends Statement> = { readonly node: S; readonly file: UserFile };

export type Pipeline = {
  readonly sql: readonly UserFile[];
  readonly plan: Plan;
  readonly enrichments: readonly LoadedEnrichment[];
};

const ofKind =
  <K extends Statement['kind']>(kind: K) =>
  ({ node, file }: In<Statement>): readonly In<Extract<Statement, { kind: K }>>[] =>
    node.kind === kind ? [{ node: node as Extract<Statement, { kind: K }>, file }] : [];

const errorAt = (file: UserFile, at: Span, message: string): UserError => ({
  file: file.path,
  line: at.line,
  col: at.col,
  message,
});

/** Views after those that they read, as Flink looks a view's tables up when it is created. */
const inOrder = (views: readonly In<CreateView>[]): readonly In<CreateView>[] => {
  const byName = new Map(views.map((view) => [view.node.name.name, view]));
  const done = new Set<In<CreateView>>();
  const visit = (view: In<CreateView>): void => {
    if (done.has(view)) return;
    byName.delete(view.node.name.name);
    for (const name of tablesIn(view.node.query)) {
      const read = byName.get(name);
      if (read) visit(read);
    }
    done.add(view);
  };
  for (const view of views) visit(view);
  return [...done];
};

/** What in a table has no like on Flink. */
const tableErrors = ({ node, file }: In<CreateTable>, asked: ReadonlySet<string>): readonly UserError[] => {
  const { name, at } = node.name;
  const connector = connectorOf(node);
  const errors: UserError[] = [];
  if (!isOfFlink(connector))
    errors.push(
      errorAt(file, at, `${name}: Flink has no connector '${connector}'; write into kinesis, and send from there`),
    );
  else if (asked.has(name) && connector !== 'jdbc')
    errors.push(
      errorAt(file, at, `${name}: a look-up on Flink asks a table by its key, which '${connector}' cannot; use 'jdbc'`),
    );
  for (const column of node.columns)
    if (column.metadata)
      errors.push(
        errorAt(
          file,
          column.metadata.at,
          `${name}.${column.name.name} is an attribute of the event, which no connector of Flink reads; put it into data`,
        ),
      );
  return errors;
};

/** Functions that are called, as classes; where there is none, each call is a mistake. */
const functionsOf = (
  functions: readonly In<CreateFunction>[],
  callers: readonly In<CreateView | Insert | CreateTable>[],
  plan: Plan,
): { readonly lines: readonly string[]; readonly errors: readonly UserError[] } => {
  const calls = callers.flatMap(({ node, file }) => callsIn(node).map((call) => ({ call, file })));
  const used = functions.flatMap(({ node }) => {
    const key = node.name.name.toLowerCase();
    const own = calls.filter(({ call }) => call.name.name.toLowerCase() === key);
    const fn = plan.functions.find((f) => f.name === node.name.name);
    return fn && own.length > 0 ? [{ fn, own }] : [];
  });
  return {
    lines: used.flatMap(({ fn }) =>
      fn.flink === null ? [] : [`CREATE FUNCTION ${printName(fn.name)} AS ${printText(fn.flink)} LANGUAGE JAVA;`],
    ),
    errors: used.flatMap(({ fn, own }) =>
      fn.flink !== null
        ? []
        : own.map(({ call, file }) =>
            errorAt(
              file,
              call.at,
              `${fn.name}(…) names no class for Flink; write "@flink com.example.Name" in the doc comment of ${fn.export} in functions/${fn.file}`,
            ),
          ),
    ),
  };
};

const comment = (text: string): string => `-- ${text}`;

/** What a reader must know of a table that the statement does not say. */
const tableNotes = (node: CreateTable, { plan, enrichments }: Pipeline): readonly string[] => {
  const table = plan.tables.find((t) => t.name === node.name.name);
  if (!table) return [];
  const added = enrichments.flatMap(({ enrichment: e }) =>
    e.on.some((type) => table.types.includes(type)) ? [e.as] : [],
  );
  const columns = node.columns.map((c) => c.name.name).filter((name) => added.includes(name));
  const notes: string[] = [];
  if (table.types.length > 0)
    notes.push(`Its records are the data of ${table.types.join(', ')} as JSON, without the envelope of CloudEvents.`);
  if (columns.length > 0)
    notes.push(`Enrichments add ${columns.join(', ')} on Millrace; here the records must hold them.`);
  if (table.lateness > 0) notes.push("Flink drops late rows: there is no 'millrace.lateness'.");
  return notes;
};

/** The lake's copy of events is written by no query, so that there is nothing for Flink to do. */
const isCopy = (node: CreateTable): boolean =>
  connectorOf(node) === 'filesystem' && node.options.some((o) => o.key === 'millrace.type');

/** @returns the script, and what cannot be said to Flink; with mistakes the script is not complete */
export const flinkScript = (pipeline: Pipeline): { readonly text: string; readonly errors: readonly UserError[] } => {
  const statements = pipeline.sql.flatMap((file): readonly In<Statement>[] =>
    parseFile(file.text, problemsOf(file.path, [])).map((node) => ({ node, file })),
  );
  const tables = statements.flatMap(ofKind('create-table')).filter(({ node }) => !isCopy(node));
  const views = inOrder(statements.flatMap(ofKind('create-view')));
  const inserts = statements.flatMap(ofKind('insert'));
  const asked = new Set(lookupsIn(statements.map((s) => s.node)).map((l) => l.table.name));
  const callers = [...tables, ...views, ...inserts];
  const functions = functionsOf(statements.flatMap(ofKind('create-function')), callers, pipeline.plan);
  const ttl = Math.max(0, ...pipeline.plan.queries.map((q) => (q.kind === 'running' ? q.ttl : 0)));

  const created = tables.map(({ node }) =>
    [...tableNotes(node, pipeline).map(comment), `${printStatement(forFlink(node))};`].join('\n'),
  );
  const written = ({ node, file }: In<CreateView | Insert>): string =>
    `${file.text.slice(node.at.start, node.at.end)};`;
  const statementSet = (of: readonly In<Insert>[]): readonly string[] =>
    of.length === 0
      ? [] // Flink takes no empty set.
      : [
          [
            'EXECUTE STATEMENT SET',
            'BEGIN',
            ...of.map((insert) => `${comment(insert.file.path)}\n${written(insert)}\n`),
            'END;',
          ].join('\n'),
        ];
  const body = [...functions.lines, ...created, ...views.map(written), ...statementSet(inserts)];
  const places = created.some((text) => text.includes(`'${REGION}'`))
    ? [comment(`Put your own in place of ${REGION} and ACCOUNT.`)]
    : [];
  const head = [
    comment('Written by `millrace flink` from the pipeline: the same views and queries, for Apache Flink.'),
    ...places,
    "SET 'table.local-time-zone' = 'UTC';",
    ...(ttl > 0 ? [`SET 'table.exec.state.ttl' = '${ttl} ms';`] : []),
  ].join('\n');
  return {
    text: `${[head, ...body].join('\n\n')}\n`,
    errors: [...tables.flatMap((table) => tableErrors(table, asked)), ...functions.errors],
  };
};
