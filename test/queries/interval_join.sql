-- An interval join: a payment from 30 s before its order to 2 minutes after it; both ends count.
CREATE TABLE orders (id STRING, store STRING, total INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE payments (order_id STRING, store STRING, paid INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'payment.v1');
CREATE TABLE pairs (id STRING, total INT, paid INT, ordered TIMESTAMP(3), paid_at TIMESTAMP(3)) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO pairs
SELECT o.id, o.total, p.paid, o.ts, CAST(p.ts AS TIMESTAMP(3))
FROM orders AS o JOIN payments AS p
ON o.id = p.order_id AND p.ts BETWEEN o.ts - INTERVAL '30' SECOND AND o.ts + INTERVAL '2' MINUTE
WHERE o.total > 0;

-- example:
-- orders {"id":"a","store":"n","total":1,"ts":"2026-03-01 12:00:30.000"}
-- orders {"id":"b","store":"n","total":2,"ts":"2026-03-01 12:00:30.000"}
-- orders {"id":"b","store":"n","total":3,"ts":"2026-03-01 12:00:31.000"}
-- orders {"id":"c","store":"n","total":0,"ts":"2026-03-01 12:00:30.000"}
-- orders {"id":null,"store":"n","total":4,"ts":"2026-03-01 12:00:30.000"}
-- payments {"order_id":"a","store":"n","paid":10,"ts":"2026-03-01 12:00:00.000"}
-- payments {"order_id":"a","store":"n","paid":11,"ts":"2026-03-01 11:59:59.999"}
-- payments {"order_id":"a","store":"n","paid":12,"ts":"2026-03-01 12:02:30.000"}
-- payments {"order_id":"a","store":"n","paid":13,"ts":"2026-03-01 12:02:30.001"}
-- payments {"order_id":"b","store":"n","paid":20,"ts":"2026-03-01 12:00:00.500"}
-- payments {"order_id":"b","store":"n","paid":21,"ts":"2026-03-01 12:00:00.500"}
-- payments {"order_id":"c","store":"n","paid":30,"ts":"2026-03-01 12:00:30.000"}
-- payments {"order_id":null,"store":"n","paid":40,"ts":"2026-03-01 12:00:30.000"}
-- => {"id":"a","total":1,"paid":10,"ordered":"2026-03-01 12:00:30.000","paid_at":"2026-03-01 12:00:00.000"}
-- => {"id":"a","total":1,"paid":12,"ordered":"2026-03-01 12:00:30.000","paid_at":"2026-03-01 12:02:30.000"}
-- => {"id":"b","total":2,"paid":20,"ordered":"2026-03-01 12:00:30.000","paid_at":"2026-03-01 12:00:00.500"}
-- => {"id":"b","total":2,"paid":21,"ordered":"2026-03-01 12:00:30.000","paid_at":"2026-03-01 12:00:00.500"}
