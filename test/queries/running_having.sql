-- HAVING over a growing group: a row whose condition turns false is taken out of the table.
CREATE TABLE orders (id STRING, store STRING, total INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE small_stores (store STRING, n BIGINT, PRIMARY KEY (store) NOT ENFORCED) WITH ('connector' = 'dynamodb', 'millrace.ttl' = '7 d');

INSERT INTO small_stores SELECT store, COUNT(*) FROM orders WHERE store IS NOT NULL GROUP BY store HAVING COUNT(*) < 3;

-- example:
-- orders {"id":"a","store":"north","total":10,"ts":"2026-03-01 12:00:01.000"}
-- orders {"id":"b","store":"north","total":30,"ts":"2026-03-01 12:00:02.000"}
-- orders {"id":"c","store":"north","total":30,"ts":"2026-03-01 12:00:02.000"}
-- orders {"id":"d","store":"north","total":20,"ts":"2026-03-01 12:00:00.500"}
-- orders {"id":"e","store":"south","total":null,"ts":"2026-03-01 12:00:05.000"}
-- orders {"id":"f","store":"south","total":5,"ts":"2026-03-01 12:00:06.000"}
-- orders {"id":"g","store":"north","total":1,"ts":"2026-03-01 12:01:00.000"}
-- orders {"id":"h","store":null,"total":7,"ts":"2026-03-01 12:00:07.000"}
-- => {"store":"south","n":2}
