// Where events come in and where copies go out: ingest, the archive, single records for consumers outside.
import { edit, type Mutant } from './mutant.ts';

const PACK = 'shared/steps/ingest/pack.ts';
const ARCHIVE = 'shared/steps/archive.ts';
const SINGLES = 'shared/steps/deaggregate/singles.ts';
const SEND = 'shared/steps/deaggregate/send-in-order.ts';
const DEAGGREGATE = 'shared/steps/deaggregate.ts';

const STANDS = 'an accepted event stands where its id says, once';
const REST = 'of a put that was taken in part the rest alone is sent again';
const ARCHIVED = 'every record of raw is archived, whatever batches it came in';
const IN_ORDER = 'single records keep the order of their key, and no record is done before all of it is sent';
const AS_WRITTEN = 'single records are as their writer made them';

export const doors: readonly Mutant[] = [
  {
    name: 'ingestIdOfRecord',
    protects: 'an id names the event’s own place in its record',
    section: '14',
    edits: [
      edit(
        PACK,
        "fates[i] = { kind: 'stored', shard, seq, index };",
        "fates[i] = { kind: 'stored', shard, seq, index: 0 * index };",
      ),
    ],
    directed: STANDS,
  },
  {
    name: 'ingestIdAsPredicted',
    protects: 'an id names the shard in which the record landed, not the one predicted',
    section: '14',
    edits: [
      edit(
        PACK,
        "fates[i] = { kind: 'stored', shard, seq, index };",
        "fates[i] = { kind: 'stored', shard: chain.shard, seq, index };",
      ),
    ],
    directed: STANDS,
  },
  {
    name: 'ingestSendsAll',
    protects: 'a failed entry alone is sent again',
    section: '5.1',
    edits: [edit(PACK, 'if (!outcome.ok) {', 'if (!outcomes.every((o) => o.ok)) {')],
    directed: REST,
  },
  {
    name: 'ingestFailedIsSent',
    protects: 'an entry that the stream refused is not stored',
    section: '5.1',
    edits: [edit(PACK, 'if (!outcome.ok) {', 'if (!outcome.ok && i < 0) {')],
    directed: 'an event that was not taken is told so',
  },
  {
    name: 'ingestForgetsUnknown',
    protects: 'a refusal after a lost answer says nothing of the copy that may be stored',
    section: '14',
    edits: [edit(PACK, 'if (!isUnknown(chain.why)) chain.why = fate;', 'chain.why = fate;')],
    directed: 'an event whose put may have happened is told as unknown',
  },
  {
    name: 'archiveBestEffort',
    protects: 'a batch is done only when it is archived',
    section: '5.6',
    edits: [
      edit(
        ARCHIVE,
        "await deps.objects.put(key, packArchive(batch), { contentType: 'application/gzip' });",
        "await deps.objects.put(key, packArchive(batch), { contentType: 'application/gzip' }).catch(() => undefined);",
      ),
    ],
    directed: ARCHIVED,
  },
  {
    name: 'archiveByFirst',
    protects: 'an archived batch is named by its last record too: a shorter one does not write over it',
    section: '5.6',
    edits: [edit(ARCHIVE, '{padSeq(last.seq)}.gz', "{''}.gz")],
    directed: ARCHIVED,
  },
  {
    name: 'archiveTwice',
    protects: 'readers of the archive take a sequence number once',
    section: '5.6',
    edits: [edit(ARCHIVE, 'seen.set(padSeq(r.seq), r);', 'seen.set(padSeq(r.seq) + seen.size, r);')],
    directed: ARCHIVED,
  },
  {
    name: 'archiveUnordered',
    protects: 'archived records come in the order of their shard, whatever order their batches are read in',
    section: '5.6',
    edits: [edit(ARCHIVE, '[...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(', '[...seen].toReversed().map(')],
    directed: ARCHIVED,
  },
  {
    name: 'singlesNotTaken',
    protects: 'a single record that was refused is sent again',
    section: '5.1',
    edits: [edit(SEND, '        if (!outcome.ok) return;\n', '')],
    directed: IN_ORDER,
  },
  {
    name: 'singlesAnyCount',
    protects: 'what is done is the first records that are all sent, not as many as were sent',
    section: '5.2',
    edits: [
      edit(
        SEND,
        'chains.reduce((least, chain) => Math.min(least, headOf(chain).order), records.length)',
        'chains.reduce((left, chain) => left - chain.records.length + chain.next, records.length)',
      ),
    ],
    directed: IN_ORDER,
  },
  {
    name: 'singlesOneChain',
    protects: 'the next record of a key goes only after the one before was acknowledged',
    section: '5.1',
    edits: [edit(SEND, 'const chain = byKey.get(out.partitionKey);', 'const chain = byKey.get(String(order));')],
    directed: IN_ORDER,
  },
  {
    name: 'singlesForeignPlace',
    protects: 'what was sent of a record in part is left out of that record only',
    section: '5.2',
    edits: [edit(DEAGGREGATE, 'before !== undefined && before.seq === records[0]?.seq', 'before !== undefined')],
    directed: 'a delivery from another record sends all of it again',
  },
  {
    name: 'singlesControl',
    protects: 'marks and stamps are told to nobody outside',
    section: '5.2',
    edits: [edit(SINGLES, '    .filter((r) => !isControl(r.partitionKey, r.data))\n', '')],
    directed: AS_WRITTEN,
  },
  {
    name: 'singlesOwnPlace',
    protects: 'a single record keeps the place on the ring that its writer gave it',
    section: '14',
    edits: [edit(SINGLES, '...(explicit !== undefined && { hashKey: explicit })', '')],
    directed: AS_WRITTEN,
  },
];
