-- The first row of a key waits for the watermark; one behind it is late, and one exactly at it is not.
CREATE TABLE orders (id STRING, store STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE firsts (store STRING, id STRING, PRIMARY KEY (store) NOT ENFORCED) WITH ('connector' = 'dynamodb', 'millrace.ttl' = '7 d');

INSERT INTO firsts
SELECT store, id FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY store ORDER BY ts ASC) AS rn FROM orders) WHERE rn = 1;

-- example:
-- orders {"id":"a","store":"north","ts":"2026-03-01 12:00:10.000"}
-- orders {"id":"b","store":"south","ts":"2026-03-01 12:00:04.999"}
-- orders {"id":"c","store":"east","ts":"2026-03-01 12:00:05.000"}
-- orders {"id":"d","store":"south","ts":"2026-03-01 12:00:11.000"}
-- orders {"id":"e","store":"north","ts":"2026-03-01 12:00:08.000"}
-- late {"id":"b","store":"south","ts":"2026-03-01 12:00:04.999"}
-- => {"store":"east","id":"c"}
-- => {"store":"north","id":"e"}
-- => {"store":"south","id":"d"}
