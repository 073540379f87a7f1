-- fails: not SQL: CREATE: expected TABLE, VIEW or FUNCTION, found "TABEL"
-- fails: not SQL: statement: expected CREATE TABLE, CREATE VIEW, CREATE FUNCTION or INSERT INTO (did you mean INSERT?), found "INSRT"
-- fails: SELECT: unknown column "stor"
-- fails: not SQL: a string begins here and never ends
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), customer ROW<name STRING>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
CREATE TABEL x (a INT);
INSRT INTO sums SELECT store, n FROM orders;
INSERT INTO sums SELECT stor, n FROM orders;
INSERT INTO sums SELECT 'store, n FROM orders;
