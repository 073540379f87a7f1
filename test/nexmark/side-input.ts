/** Rows of the reference table of q13: keys that auctions have modulo 10,000, some of them missing. */
export const sideInput = (): readonly { readonly id: number; readonly value: string }[] =>
  Array.from({ length: 10_000 }, (_, id) => ({ id, value: `value ${id}` })).filter(({ id }) => id % 7 !== 3);
