// Packing of ledger attributes and objects: JSON, then zstd level 3 (protocol, section 3).
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

export const packJson = (value: unknown): Uint8Array => zstdCompressSync(JSON.stringify(value), OPTIONS);
export const unpackJson = (bytes: Uint8Array): unknown => JSON.parse(zstdDecompressSync(bytes).toString());
