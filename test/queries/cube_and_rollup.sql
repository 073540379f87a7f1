-- ROLLUP drops keys from the end, CUBE each on its own.
CREATE TABLE orders (store STRING, sku STRING, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE sums (what STRING, store STRING, sku STRING, n INT) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO sums SELECT 'rollup', store, sku, SUM(n) FROM TABLE(HOP(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '2' MINUTE))
GROUP BY window_start, window_end, ROLLUP (store, sku);
INSERT INTO sums SELECT 'cube', COALESCE(store, 'all'), sku, SUM(n) FROM TABLE(CUMULATE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '2' MINUTE))
GROUP BY window_start, window_end, CUBE (store, sku);

-- example:
-- orders {"store":"north","sku":"a","n":1,"ts":"2026-03-01 12:00:00.000"}
-- orders {"store":"north","sku":"b","n":2,"ts":"2026-03-01 12:01:00.000"}
-- orders {"store":"south","sku":"a","n":4,"ts":"2026-03-01 12:01:00.000"}
-- => {"what":"cube","store":"all","sku":"a","n":1}
-- => {"what":"cube","store":"all","sku":"a","n":5}
-- => {"what":"cube","store":"all","sku":"b","n":2}
-- => {"what":"cube","store":"all","sku":null,"n":1}
-- => {"what":"cube","store":"all","sku":null,"n":7}
-- => {"what":"cube","store":"north","sku":"a","n":1}
-- => {"what":"cube","store":"north","sku":"a","n":1}
-- => {"what":"cube","store":"north","sku":"b","n":2}
-- => {"what":"cube","store":"north","sku":null,"n":1}
-- => {"what":"cube","store":"north","sku":null,"n":3}
-- => {"what":"cube","store":"south","sku":"a","n":4}
-- => {"what":"cube","store":"south","sku":null,"n":4}
-- => {"what":"rollup","store":"north","sku":"a","n":1}
-- => {"what":"rollup","store":"north","sku":"a","n":1}
-- => {"what":"rollup","store":"north","sku":"b","n":2}
-- => {"what":"rollup","store":"north","sku":"b","n":2}
-- => {"what":"rollup","store":"north","sku":null,"n":1}
-- => {"what":"rollup","store":"north","sku":null,"n":2}
-- => {"what":"rollup","store":"north","sku":null,"n":3}
-- => {"what":"rollup","store":"south","sku":"a","n":4}
-- => {"what":"rollup","store":"south","sku":"a","n":4}
-- => {"what":"rollup","store":"south","sku":null,"n":4}
-- => {"what":"rollup","store":"south","sku":null,"n":4}
-- => {"what":"rollup","store":null,"sku":null,"n":1}
-- => {"what":"rollup","store":null,"sku":null,"n":6}
-- => {"what":"rollup","store":null,"sku":null,"n":7}
