import type { SqlFunction } from '../../../shared/pipeline.ts';

/**
 * How often a character stands in a text.
 * @flink millrace.CountChar
 */
export const countChar: SqlFunction = {
  takes: ['STRING', 'STRING'],
  gives: 'BIGINT',
  apply: (text: string, char: string) => BigInt(text.split(char).length - 1),
};
