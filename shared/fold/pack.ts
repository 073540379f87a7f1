// Packing of ledger attributes and objects: JSON, then zstd level 3 with its checksum (protocol, section 3). Four bytes, so that
// damaged bytes are an error and never another number.
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { JsonBytes } from './json-bytes.ts';

const WRITE = { params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 } };
/** Level 3 looks back 2 MiB at most (2^21); a damaged header may ask for 128 MiB. */
const READ = { params: { [constants.ZSTD_d_windowLogMax]: 22 } };

export const packJson = (value: unknown): Uint8Array =>
  zstdCompressSync(value instanceof JsonBytes ? value.bytes : JSON.stringify(value), WRITE);
/** @throws Error when the bytes are not what `packJson` gave */
export const unpackJson = (bytes: Uint8Array): unknown => JSON.parse(zstdDecompressSync(bytes, READ).toString());
