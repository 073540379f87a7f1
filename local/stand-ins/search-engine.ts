// What a search engine does with requests here: _bulk with external versions and the one script that Millrace sends, index templates, GET of a
// document, _count and _search of everything. Written from the API reference; what it does not know it refuses with 400.

type Doc = { version: bigint; source: string | null };
type Index = Map<string, Doc>;
export type Answer = { readonly status: number; readonly body: string };

export type SearchEngine = {
  /** @param refused places of the actions of a _bulk whose queue is full */
  answer(method: string, path: string, text: string, refused: readonly number[]): Answer;
  /** Documents of an index by _id, as JSON text. */
  docs(index: string): ReadonlyMap<string, string>;
  indices(): readonly string[];
};

const patternOf = (text: string): RegExp =>
  new RegExp(
    `^${text
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  );

/** An error as the engine words it. */
export const error = (status: number, type: string, reason: string) => ({ status, error: { type, reason } });

/** A document must fit the mapping of its index: here whole numbers of `long` fields. */
const misfit = (source: string, mapping: Readonly<Record<string, { type?: string }>>): string | null => {
  const doc = JSON.parse(source) as Record<string, unknown>;
  for (const [name, { type }] of Object.entries(mapping)) {
    const value = doc[name];
    if (type === 'long' && typeof value === 'number' && Math.abs(value) > 2 ** 63)
      return `failed to parse field [${name}] of type [long]`;
    if (type === 'long' && typeof value === 'string' && !/^-?\d+$/.test(value))
      return `failed to parse field [${name}] of type [long]`;
  }
  return null;
};

/** @param refuses a mapping of the user's: documents that it names do not fit */
export const searchEngine = (refuses: (source: string) => boolean = () => false): SearchEngine => {
  const indices = new Map<string, Index>();
  const templates: { pattern: RegExp; mapping: Readonly<Record<string, { type?: string }>> }[] = [];

  const indexOf = (name: string): Index => {
    const index = indices.get(name) ?? new Map<string, Doc>();
    indices.set(name, index);
    return index;
  };
  const mappingOf = (name: string) => templates.find((t) => t.pattern.test(name))?.mapping ?? {};

  const write = (name: string, id: string, version: bigint | null, source: string | null) => {
    const index = indexOf(name);
    const before = index.get(id);
    if (version !== null && before !== undefined && before.version >= version)
      return error(409, 'version_conflict_engine_exception', `[${id}]: current version [${before.version}]`);
    const bad = source === null ? null : misfit(source, mappingOf(name));
    if (bad !== null) return error(400, 'mapper_parsing_exception', bad);
    if (source !== null && refuses(source)) return error(400, 'mapper_parsing_exception', 'failed to parse field');
    index.set(id, { version: version ?? (before?.version ?? 0n) + 1n, source });
    return { status: source === null && !before?.source ? 404 : before?.source ? 200 : 201 };
  };

  const update = (name: string, id: string, body: string) => {
    const row = /"row":(\{.*\})\}\}\}$/s.exec(body)?.[1] ?? '{}';
    const { params } = (JSON.parse(body) as { script: { params: { version: string } } }).script;
    const stood = indexOf(name).get(id)?.source;
    const before = stood ? ((JSON.parse(stood) as { _version?: string })._version ?? null) : null;
    if (before !== null && before >= params.version) return { status: 200, result: 'noop' };
    return write(name, id, null, `${row.slice(0, -1)},"_version":${JSON.stringify(params.version)}}`);
  };

  /** @param refused places of actions whose queue is full */
  const bulk = (text: string, refused: readonly number[]): Answer => {
    const all = text.split('\n');
    const items: object[] = [];
    for (let i = 0; i < all.length && all[i] !== ''; i++) {
      const line = all[i] as string;
      if (refused.includes(items.length)) {
        const [op = ''] = Object.keys(JSON.parse(line));
        if (op !== 'delete') i++;
        items.push({ [op]: error(429, 'rejected_execution_exception', 'queue is full') });
        continue;
      }
      const [[op, head]] = Object.entries(JSON.parse(line) as Record<string, { _index: string; _id: string }>) as [
        [string, { _index: string; _id: string }],
      ];
      const version = /"version":(\d+)/.exec(line)?.[1];
      if (op === 'update') items.push({ update: update(head._index, head._id, all[++i] as string) });
      else {
        const source = op === 'delete' ? null : (all[++i] as string);
        items.push({ [op]: write(head._index, head._id, version === undefined ? null : BigInt(version), source) });
      }
    }
    return {
      status: 200,
      body: JSON.stringify({ errors: items.some((i) => Object.values(i).some((of) => 'error' in of)), items }),
    };
  };

  type Live = readonly [id: string, source: string, version: bigint, index: string];
  /** @param name of an index, or a pattern with `*` */
  const live = (name: string): readonly Live[] => {
    const names = name.includes('*') ? [...indices.keys()].filter((n) => patternOf(name).test(n)) : [name];
    return names.flatMap((index) =>
      [...(indices.get(index) ?? [])].flatMap(([id, d]): Live[] =>
        d.source === null ? [] : [[id, d.source, d.version, index]],
      ),
    );
  };

  const answer = (method: string, path: string, text: string, refused: readonly number[]): Answer => {
    if (method === 'POST' && path === '/_bulk') return bulk(text, refused);
    if (method === 'PUT' && path.startsWith('/_index_template/')) {
      const { index_patterns, template } = JSON.parse(text) as {
        index_patterns: readonly string[];
        template: { mappings: { properties: Record<string, { type?: string }> } };
      };
      for (const p of index_patterns)
        templates.push({
          pattern: patternOf(p),
          mapping: template.mappings.properties,
        });
      return { status: 200, body: '{"acknowledged":true}' };
    }
    const [, index = '', what = ''] = path.split('/');
    if (method === 'GET' && what === '_count')
      return { status: 200, body: JSON.stringify({ count: live(index).length }) };
    if (what === '_search') {
      const hits = live(index).map(
        ([_id, source, version, of]) =>
          `{"_index":${JSON.stringify(of)},"_id":${JSON.stringify(_id)},"_version":${version},"_source":${source}}`,
      );
      return {
        status: 200,
        body: `{"hits":{"total":{"value":${hits.length},"relation":"eq"},"hits":[${hits.join(',')}]}}`,
      };
    }
    if (method === 'GET' && path === '/') return { status: 200, body: '{"tagline":"a stand-in for OpenSearch"}' };
    return {
      status: 400,
      body: JSON.stringify(error(400, 'illegal_argument_exception', `${method} ${path} is not known here`)),
    };
  };

  return {
    answer,
    docs: (index) => new Map(live(index).map(([id, source]) => [id, source])),
    indices: () => [...indices.keys()],
  };
};
