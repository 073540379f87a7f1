-- WHERE may name the window's columns: it then filters windows, here of a HOP, apart from the rows.
CREATE TABLE orders (store STRING, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, window_start TIMESTAMP(3), minute_of STRING, n BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO sums
SELECT store, window_start, DATE_FORMAT(window_start, 'HH:mm'), SUM(n)
FROM (
  SELECT store, n, window_start, window_end
  FROM TABLE(HOP(TABLE orders, DESCRIPTOR(ts), INTERVAL '5' MINUTE, INTERVAL '10' MINUTE))
  WHERE EXTRACT(MINUTE FROM window_end) <> 0 AND n > 0
)
WHERE store <> 'closed'
GROUP BY store, window_start, window_end, DATE_FORMAT(window_start, 'HH:mm');

-- example:
-- orders {"store":"north","n":1,"ts":"2026-03-01 11:56:00.000"}
-- orders {"store":"north","n":2,"ts":"2026-03-01 12:01:00.000"}
-- orders {"store":"north","n":-9,"ts":"2026-03-01 12:01:00.000"}
-- orders {"store":"closed","n":5,"ts":"2026-03-01 12:01:00.000"}
-- => {"store":"north","window_start":"2026-03-01 11:55:00.000","minute_of":"11:55","n":3}
-- => {"store":"north","window_start":"2026-03-01 12:00:00.000","minute_of":"12:00","n":2}
