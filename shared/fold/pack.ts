// Packing of ledger attributes and objects: JSON, then zstd level 3 with its checksum (protocol, section 3). Four bytes, so that
// damaged bytes are an error and never another number.
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 } };

export const packJson = (value: unknown): Uint8Array => zstdCompressSync(JSON.stringify(value), OPTIONS);
/** @throws Error when the bytes are not what `packJson` gave */
export const unpackJson = (bytes: Uint8Array): unknown => JSON.parse(zstdDecompressSync(bytes).toString());
