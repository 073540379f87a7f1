// Positions in the logs of databases as text that compares as the positions do.

const WIDTH = 20; // 2^64 has 20 digits

/** A whole number of up to 64 bits. Texts of digits longer than that stay as they are. */
export const padded = (value: number | bigint | string): string => String(value).padStart(WIDTH, '0');

/** `16/B374D848`, alone or inside a longer text, as DMS writes it: two hexadecimal numbers of up to 32 bits. */
const POSTGRES = /(?<![\da-z])([\da-f]{1,8})\/([\da-f]{1,8})(?![\da-z])|\d+/gi;
const SQL_SERVER = /^[0-9a-f]{8}:[0-9a-f]{8}:[0-9a-f]{4}$/i;

const hex = (digits: string): string => digits.toLowerCase().padStart(8, '0');

/**
 * `16/B374D848` (PostgreSQL), `0000001f:00000a2c:0001` (SQL Server): hexadecimal of a fixed width. Anything else, such as
 * `mysql-bin-changelog.000021:36` or an SCN: each run of digits is a number.
 */
export const positionText = (position: string): string =>
  SQL_SERVER.test(position)
    ? position.toLowerCase()
    : position.replace(POSTGRES, (digits, high?: string, low?: string) =>
        high === undefined || low === undefined ? padded(digits) : `${hex(high)}/${hex(low)}`,
      );
