-- GROUP BY without a window: the table holds the newest of each group.
CREATE TABLE orders (id STRING, store STRING, total INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT, revenue INT, big BIGINT, ids BIGINT, least INT, mean INT, PRIMARY KEY (store) NOT ENFORCED)
WITH ('connector' = 'dynamodb', 'millrace.ttl' = '7 d');

INSERT INTO sums
SELECT store, COUNT(*), SUM(total), COUNT(*) FILTER (WHERE total >= 20), COUNT(DISTINCT id), MIN(total), AVG(total)
FROM orders GROUP BY store;

-- example:
-- orders {"id":"a","store":"north","total":10,"ts":"2026-03-01 12:00:01.000"}
-- orders {"id":"b","store":"north","total":30,"ts":"2026-03-01 12:00:02.000"}
-- orders {"id":"c","store":"north","total":30,"ts":"2026-03-01 12:00:02.000"}
-- orders {"id":"d","store":"north","total":20,"ts":"2026-03-01 12:00:00.500"}
-- orders {"id":"e","store":"south","total":null,"ts":"2026-03-01 12:00:05.000"}
-- orders {"id":"f","store":"south","total":5,"ts":"2026-03-01 12:00:06.000"}
-- orders {"id":"g","store":"north","total":1,"ts":"2026-03-01 12:01:00.000"}
-- => {"store":"north","n":5,"revenue":91,"big":3,"ids":5,"least":1,"mean":18}
-- => {"store":"south","n":2,"revenue":5,"big":0,"ids":2,"least":5,"mean":5}
