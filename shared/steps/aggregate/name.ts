// What the ledgers and manifests of aggregate are found by. In a file of its own: who only looks for them holds nothing that folds.

export type Reads = 'enriched' | 'refined';
/** Names the ledger, the manifest and the lanes of the results: shard ids repeat in every stream, so the stream is part of it. */
export const aggregateName = (reads: Reads): string => `aggregate/${reads}`;
