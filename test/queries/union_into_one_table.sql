-- UNION ALL of two SELECTs is two queries into one table; here of one source, once in windows and once row by row.
CREATE TABLE orders (store STRING, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE facts (what STRING, n BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO facts
SELECT 'store ' || store, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, store
UNION ALL
(SELECT 'large', n FROM orders WHERE n > 1 UNION ALL SELECT 'negative', n FROM orders WHERE n < 0);

-- example:
-- orders {"store":"north","n":1,"ts":"2026-03-01 12:00:00.000"}
-- orders {"store":"north","n":2,"ts":"2026-03-01 12:00:00.000"}
-- orders {"store":"south","n":-2,"ts":"2026-03-01 12:00:01.000"}
-- => {"what":"large","n":2}
-- => {"what":"negative","n":-2}
-- => {"what":"store north","n":2}
-- => {"what":"store south","n":1}
