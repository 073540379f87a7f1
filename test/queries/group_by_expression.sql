-- A key may be an expression; SELECT and HAVING may use it inside others.
CREATE TABLE orders (store STRING, total INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, size STRING, n BIGINT, share DOUBLE, span STRING) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO sums
SELECT UPPER(store) || '.', CASE WHEN total > 10 THEN 'large' ELSE 'small' END, COUNT(*), CAST(SUM(total) AS DOUBLE) / COUNT(*),
  DATE_FORMAT(window_start, 'HH:mm') || '-' || DATE_FORMAT(window_end, 'HH:mm')
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '90' MINUTE))
GROUP BY window_start, window_end, UPPER(store), CASE WHEN total > 10 THEN 'large' ELSE 'small' END
HAVING UPPER(store) <> 'TEST' AND MAX(total) < 100;

-- example:
-- orders {"store":"Test","total":2,"ts":"2026-03-01 12:00:00.000"}
-- orders {"store":"North","total":1,"ts":"2026-03-01 12:00:00.000"}
-- orders {"store":"NORTH","total":2,"ts":"2026-03-01 12:00:00.000"}
-- orders {"store":"north","total":20,"ts":"2026-03-01 13:29:59.999"}
-- orders {"store":"north","total":100,"ts":"2026-03-01 13:30:00.000"}
-- => {"store":"NORTH.","size":"small","n":2,"share":1.5,"span":"12:00-13:30"}
-- => {"store":"NORTH.","size":"large","n":1,"share":20.0,"span":"12:00-13:30"}
