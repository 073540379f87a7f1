-- A map gives a row for each entry; windows count them.
CREATE TABLE orders (id STRING, counts MAP<STRING, INT>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE entries (id STRING, name STRING, n INT) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO entries SELECT id, k, v FROM orders CROSS JOIN UNNEST(counts) AS t (k, v);

-- example:
-- orders {"id":"a","counts":{"x":1,"y":null},"ts":"2026-03-01 12:00:00.000"}
-- orders {"id":"b","counts":{},"ts":"2026-03-01 12:00:00.000"}
-- orders {"id":"c","counts":null,"ts":"2026-03-01 12:00:00.000"}
-- => {"id":"a","name":"x","n":1}
-- => {"id":"a","name":"y","n":null}
