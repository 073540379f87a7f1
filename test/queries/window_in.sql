-- IN of a query over the same windows: rows whose store had a payment.
CREATE TABLE orders (id STRING, store STRING, total INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE payments (order_id STRING, store STRING, paid INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'payment.v1');
CREATE TABLE paid_orders (id STRING, store STRING) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO paid_orders
SELECT o.id, o.store
FROM (SELECT * FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))) AS o
WHERE o.store IN (
  SELECT store FROM (SELECT * FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '1' MINUTE))) AS p
  WHERE p.window_start = o.window_start AND p.window_end = o.window_end
);

-- example:
-- orders {"id":"a","store":"north","total":10,"ts":"2026-03-01 12:00:01.000"}
-- orders {"id":"b","store":"north","total":20,"ts":"2026-03-01 12:00:59.999"}
-- orders {"id":"b","store":"south","total":30,"ts":"2026-03-01 12:00:30.000"}
-- orders {"id":"c","store":"south","total":40,"ts":"2026-03-01 12:01:00.000"}
-- orders {"id":null,"store":"west","total":50,"ts":"2026-03-01 12:00:10.000"}
-- orders {"id":"d","store":null,"total":null,"ts":"2026-03-01 12:00:20.000"}
-- orders {"id":"e","store":"east","total":60,"ts":"2026-03-01 12:03:00.000"}
-- payments {"order_id":"a","store":"north","paid":10,"ts":"2026-03-01 12:00:02.000"}
-- payments {"order_id":"b","store":"north","paid":5,"ts":"2026-03-01 12:00:50.000"}
-- payments {"order_id":"b","store":"north","paid":15,"ts":"2026-03-01 12:00:00.000"}
-- payments {"order_id":"c","store":"south","paid":40,"ts":"2026-03-01 12:00:59.999"}
-- payments {"order_id":null,"store":"west","paid":1,"ts":"2026-03-01 12:00:10.000"}
-- payments {"order_id":"x","store":"east","paid":9,"ts":"2026-03-01 12:00:10.000"}
-- payments {"order_id":"d","store":null,"paid":null,"ts":"2026-03-01 12:00:40.000"}
-- => {"id":"a","store":"north"}
-- => {"id":"b","store":"north"}
-- => {"id":"b","store":"south"}
-- => {"id":null,"store":"west"}
