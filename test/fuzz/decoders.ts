import type { Decoder } from './decoder.ts';
import { eventDecoders } from './decoders/events.ts';
import { sourceDecoders } from './decoders/sources.ts';
import { sqlDecoders } from './decoders/sql.ts';
import { storeDecoders } from './decoders/stores.ts';

/** Append only: a decoder's place is part of its cases' seed. */
export const DECODERS: readonly Decoder[] = [...eventDecoders, ...sqlDecoders, ...storeDecoders, ...sourceDecoders];
