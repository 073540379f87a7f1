/**
 * The id of a plain event whose schema marks no `x-id`: `<shard>:<sequence number>:<index in the record>`. `ingest` knows it from
 * the put's answer, `validate` from the record that it reads; both must give the same text.
 * @param seq as Kinesis gave it
 */
export const positionIdOf = (shard: string, seq: string, index: number): string => `${shard}:${seq}:${index}`;
