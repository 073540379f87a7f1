-- A growing report of each day: the key is an expression, the rest counts.
CREATE TABLE orders (id STRING, store STRING, total INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE days (on_day STRING, store STRING, last_minute STRING, n BIGINT, PRIMARY KEY (on_day, store) NOT ENFORCED)
WITH ('connector' = 'dynamodb', 'millrace.ttl' = '7 d');

INSERT INTO days
SELECT DATE_FORMAT(ts, 'yyyy-MM-dd'), COALESCE(store, '-'), MAX(DATE_FORMAT(ts, 'HH:mm')), COUNT(*)
FROM orders GROUP BY DATE_FORMAT(ts, 'yyyy-MM-dd'), COALESCE(store, '-');

-- example:
-- orders {"id":"a","store":"north","total":10,"ts":"2026-03-01 12:00:01.000"}
-- orders {"id":"b","store":"north","total":30,"ts":"2026-03-01 12:00:02.000"}
-- orders {"id":"c","store":"north","total":30,"ts":"2026-03-01 12:00:02.000"}
-- orders {"id":"d","store":"north","total":20,"ts":"2026-03-01 12:00:00.500"}
-- orders {"id":"e","store":"south","total":null,"ts":"2026-03-01 12:00:05.000"}
-- orders {"id":"f","store":"south","total":5,"ts":"2026-03-01 12:00:06.000"}
-- orders {"id":"g","store":"north","total":1,"ts":"2026-03-01 12:01:00.000"}
-- orders {"id":"h","store":null,"total":7,"ts":"2026-03-01 12:00:07.000"}
-- => {"on_day":"2026-03-01","store":"-","last_minute":"12:00","n":1}
-- => {"on_day":"2026-03-01","store":"north","last_minute":"12:01","n":5}
-- => {"on_day":"2026-03-01","store":"south","last_minute":"12:00","n":2}
