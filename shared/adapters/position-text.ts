// Positions in the logs of databases as text that compares as the positions do.

const WIDTH = 20; // 2^64 has 20 digits

/** A whole number of up to 64 bits. Texts of digits longer than that stay as they are. */
export const padded = (value: number | bigint | string): string => String(value).padStart(WIDTH, '0');

const POSTGRES = /^([0-9a-f]{1,8})\/([0-9a-f]{1,8})$/i;
const SQL_SERVER = /^[0-9a-f]{8}:[0-9a-f]{8}:[0-9a-f]{4}$/i;

/**
 * `16/B374D848` (PostgreSQL), `0000001f:00000a2c:0001` (SQL Server): hexadecimal of a fixed width. Anything else, such as
 * `mysql-bin-changelog.000021:36` or an SCN: each run of digits is a number.
 */
export const positionText = (position: string): string => {
  const postgres = POSTGRES.exec(position);
  if (postgres !== null) return [postgres[1], postgres[2]].map((t = '') => t.toLowerCase().padStart(8, '0')).join('/');
  if (SQL_SERVER.test(position)) return position.toLowerCase();
  return position.replace(/\d+/g, padded);
};
