// A stand-in for OpenSearch here: _bulk with external versions and the one script that Millrace sends, index templates, GET of a document,
// _count and _search of everything. Written from the API reference; what it does not know it refuses with 400.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

type Doc = { version: bigint; source: string | null };
type Index = Map<string, Doc>;
type Answer = { readonly status: number; readonly body: string };

export type SearchStandIn = {
  readonly url: string;
  /** Documents of an index by _id, as JSON text. */
  docs(index: string): ReadonlyMap<string, string>;
  indices(): readonly string[];
  /** The next `calls` requests are answered 429. */
  throttle(calls: number): void;
  /** The next request is done, and its connection breaks. */
  loseAnswer(): void;
  close(): Promise<void>;
};

const bodyOf = async (req: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

const error = (status: number, type: string, reason: string) => ({ status, error: { type, reason } });

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

export const startSearchStandIn = async (): Promise<SearchStandIn> => {
  const indices = new Map<string, Index>();
  const templates: { pattern: RegExp; mapping: Readonly<Record<string, { type?: string }>> }[] = [];
  let throttled = 0;
  let lost = false;

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

  const bulk = (text: string): Answer => {
    const all = text.split('\n');
    const items: object[] = [];
    for (let i = 0; i < all.length && all[i] !== ''; i++) {
      const line = all[i] as string;
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
    return { status: 200, body: JSON.stringify({ errors: items.some((i) => 'error' in i), items }) };
  };

  const live = (name: string): readonly [string, string][] =>
    [...(indices.get(name) ?? [])].flatMap(([id, d]) =>
      d.source === null ? [] : [[id, d.source] as [string, string]],
    );

  const answer = (method: string, path: string, text: string): Answer => {
    if (method === 'POST' && path === '/_bulk') return bulk(text);
    if (method === 'PUT' && path.startsWith('/_index_template/')) {
      const { index_patterns, template } = JSON.parse(text) as {
        index_patterns: readonly string[];
        template: { mappings: { properties: Record<string, { type?: string }> } };
      };
      for (const p of index_patterns)
        templates.push({
          pattern: new RegExp(
            `^${p
              .split('*')
              .map((s) => s.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
              .join('.*')}$`,
          ),
          mapping: template.mappings.properties,
        });
      return { status: 200, body: '{"acknowledged":true}' };
    }
    const [, index = '', what = ''] = path.split('/');
    if (method === 'GET' && what === '_count')
      return { status: 200, body: JSON.stringify({ count: live(index).length }) };
    if (what === '_search') {
      const hits = live(index).map(
        ([_id, source]) => `{"_index":${JSON.stringify(index)},"_id":${JSON.stringify(_id)},"_source":${source}}`,
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

  const server = createServer(async (req, res) => {
    const text = await bodyOf(req);
    const slow = throttled > 0;
    if (slow) throttled--;
    const { status, body } = slow
      ? { status: 429, body: JSON.stringify(error(429, 'rejected_execution_exception', 'queue is full')) }
      : answer(req.method ?? '', (req.url ?? '').split('?')[0] ?? '', text);
    if (lost && !slow) {
      lost = false;
      req.socket.destroy();
      return;
    }
    res.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    docs: (index) => new Map(live(index)),
    indices: () => [...indices.keys()],
    throttle: (calls) => {
      throttled = calls;
    },
    loseAnswer: () => {
      lost = true;
    },
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
};
