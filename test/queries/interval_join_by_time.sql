-- An interval join with open comparisons and a condition over both rows.
CREATE TABLE orders (id STRING, store STRING, total INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE payments (order_id STRING, store STRING, paid INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'payment.v1');
CREATE TABLE pairs (id STRING, total INT, paid INT) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO pairs
SELECT o.id, o.total, p.paid
FROM orders AS o, payments AS p
WHERE o.id = p.order_id AND p.ts > o.ts AND p.ts <= o.ts + INTERVAL '1' MINUTE AND p.paid < o.total;

-- example:
-- orders {"id":"a","store":"n","total":10,"ts":"2026-03-01 12:00:00.000"}
-- payments {"order_id":"a","store":"n","paid":1,"ts":"2026-03-01 12:00:00.000"}
-- payments {"order_id":"a","store":"n","paid":2,"ts":"2026-03-01 12:00:00.001"}
-- payments {"order_id":"a","store":"n","paid":3,"ts":"2026-03-01 12:01:00.000"}
-- payments {"order_id":"a","store":"n","paid":4,"ts":"2026-03-01 12:01:00.001"}
-- payments {"order_id":"a","store":"n","paid":10,"ts":"2026-03-01 12:00:30.000"}
-- => {"id":"a","total":10,"paid":2}
-- => {"id":"a","total":10,"paid":3}
