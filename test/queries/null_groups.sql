-- NULL is a group of its own; COUNT(x), SUM, MIN and AVG skip it and give NULL (COUNT 0) when nothing is left.
CREATE TABLE orders (store STRING, total DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT, n_total BIGINT, sum_total DECIMAL(38, 2), min_total DECIMAL(10, 2), avg_total DECIMAL(38, 6), big BIGINT)
WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO sums
SELECT store, COUNT(*), COUNT(total), SUM(total), MIN(total), AVG(total), COUNT(*) FILTER (WHERE total > 10)
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' DAY))
GROUP BY window_start, window_end, store;

-- example:
-- orders {"store":"north","total":11,"ts":"2026-03-01 00:00:00.000"}
-- orders {"store":"north","ts":"2026-03-01 00:00:00.000"}
-- orders {"total":5,"ts":"2026-03-01 00:00:00.000"}
-- orders {"store":null,"total":20,"ts":"2026-03-01 00:00:00.000"}
-- orders {"store":"empty","total":null,"ts":"2026-03-01 00:00:00.000"}
-- => {"store":"north","n":2,"n_total":1,"sum_total":"11.00","min_total":"11.00","avg_total":"11.000000","big":1}
-- => {"store":null,"n":2,"n_total":2,"sum_total":"25.00","min_total":"5.00","avg_total":"12.500000","big":1}
-- => {"store":"empty","n":1,"n_total":0,"sum_total":null,"min_total":null,"avg_total":null,"big":0}
