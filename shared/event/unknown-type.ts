import { nearest } from '../did-you-mean.ts';

const MOST = 20;

/** `no schema for "order.v2"; did you mean "order.v1"? known: order.v1, payment.v1` */
export const unknownType = (type: string, known: readonly string[]): string => {
  const near = type.length > 200 ? undefined : nearest(type, known);
  const names = known.slice(0, MOST).join(', ') || 'none';
  const more = known.length > MOST ? ` and ${known.length - MOST} more` : '';
  const hint = near === undefined ? '' : `did you mean "${near}"? `;
  return `no schema for "${type.slice(0, 200)}"; ${hint}known: ${names}${more}`;
};
