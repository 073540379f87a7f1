-- Several groupings of one window at once. GROUPING tells a key that is left out from one that is NULL.
CREATE TABLE orders (store STRING, sku STRING, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, sku STRING, window_end TIMESTAMP(3), no_store BIGINT, which BIGINT, orders BIGINT, n INT) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO sums
SELECT store, sku, window_end, GROUPING(store), GROUPING(store, sku), COUNT(*), SUM(n)
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, GROUPING SETS ((store, sku), (store), sku, ())
HAVING COUNT(*) > 1 OR GROUPING(sku) = 0;

-- example:
-- orders {"store":"north","sku":"a","n":1,"ts":"2026-03-01 12:00:00.000"}
-- orders {"store":"north","sku":"b","n":2,"ts":"2026-03-01 12:00:00.000"}
-- orders {"store":"south","sku":"a","n":4,"ts":"2026-03-01 12:00:00.000"}
-- orders {"store":null,"sku":"a","n":8,"ts":"2026-03-01 12:00:00.000"}
-- orders {"store":"north","sku":null,"n":16,"ts":"2026-03-01 12:01:00.000"}
-- => {"store":"north","sku":"a","window_end":"2026-03-01 12:01:00.000","no_store":0,"which":0,"orders":1,"n":1}
-- => {"store":"north","sku":"b","window_end":"2026-03-01 12:01:00.000","no_store":0,"which":0,"orders":1,"n":2}
-- => {"store":"north","sku":null,"window_end":"2026-03-01 12:01:00.000","no_store":0,"which":1,"orders":2,"n":3}
-- => {"store":"north","sku":null,"window_end":"2026-03-01 12:02:00.000","no_store":0,"which":0,"orders":1,"n":16}
-- => {"store":"south","sku":"a","window_end":"2026-03-01 12:01:00.000","no_store":0,"which":0,"orders":1,"n":4}
-- => {"store":null,"sku":"a","window_end":"2026-03-01 12:01:00.000","no_store":0,"which":0,"orders":1,"n":8}
-- => {"store":null,"sku":"a","window_end":"2026-03-01 12:01:00.000","no_store":1,"which":2,"orders":3,"n":13}
-- => {"store":null,"sku":"b","window_end":"2026-03-01 12:01:00.000","no_store":1,"which":2,"orders":1,"n":2}
-- => {"store":null,"sku":null,"window_end":"2026-03-01 12:01:00.000","no_store":1,"which":3,"orders":4,"n":15}
-- => {"store":null,"sku":null,"window_end":"2026-03-01 12:02:00.000","no_store":1,"which":2,"orders":1,"n":16}
