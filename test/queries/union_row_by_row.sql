-- UNION ALL inside FROM, then a projection: one query that reads both kinds of event.
CREATE TABLE orders (id STRING, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE payments (pid BIGINT, amount DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'payment.v1');
CREATE TABLE facts (what STRING, amount DECIMAL(20, 3)) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO facts
SELECT what, amount * 1.5 FROM (
  SELECT id AS what, n AS amount FROM orders WHERE n <> 7
  UNION ALL
  SELECT CAST(pid AS STRING), amount FROM payments WHERE pid IS NULL OR pid > 0
) WHERE amount > 1;

-- example:
-- orders {"id":"a","n":1,"ts":"2026-03-01 12:00:00.000"}
-- orders {"id":"b","n":2,"ts":"2026-03-01 12:00:00.000"}
-- orders {"id":"c","n":7,"ts":"2026-03-01 12:00:01.000"}
-- payments {"pid":5,"amount":1.1,"ts":"2026-03-01 12:00:02.000"}
-- payments {"pid":0,"amount":1.1,"ts":"2026-03-01 12:00:02.000"}
-- payments {"pid":null,"amount":9.99,"ts":"2026-03-01 12:00:02.000"}
-- => {"what":"5","amount":"1.650"}
-- => {"what":"b","amount":"3.000"}
-- => {"what":null,"amount":"14.985"}
