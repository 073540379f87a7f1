-- Windows that slide, joined: a pair comes in each window that holds both rows.
CREATE TABLE orders (id STRING, store STRING, total INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE payments (order_id STRING, store STRING, paid INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'payment.v1');
CREATE TABLE pairs (id STRING, paid INT, starts TIMESTAMP(3)) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO pairs
SELECT o.id, p.paid, o.window_start
FROM (SELECT * FROM TABLE(HOP(TABLE orders, DESCRIPTOR(ts), INTERVAL '30' SECOND, INTERVAL '1' MINUTE))) AS o
JOIN (SELECT * FROM TABLE(HOP(TABLE payments, DESCRIPTOR(ts), INTERVAL '30' SECOND, INTERVAL '1' MINUTE))) AS p
ON o.id = p.order_id AND o.window_start = p.window_start AND o.window_end = p.window_end;

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
-- => {"id":"a","paid":10,"starts":"2026-03-01 11:59:30.000"}
-- => {"id":"a","paid":10,"starts":"2026-03-01 12:00:00.000"}
-- => {"id":"b","paid":15,"starts":"2026-03-01 12:00:00.000"}
-- => {"id":"b","paid":15,"starts":"2026-03-01 12:00:00.000"}
-- => {"id":"b","paid":5,"starts":"2026-03-01 12:00:00.000"}
-- => {"id":"b","paid":5,"starts":"2026-03-01 12:00:00.000"}
-- => {"id":"b","paid":5,"starts":"2026-03-01 12:00:30.000"}
-- => {"id":"b","paid":5,"starts":"2026-03-01 12:00:30.000"}
-- => {"id":"c","paid":40,"starts":"2026-03-01 12:00:30.000"}
-- => {"id":"d","paid":null,"starts":"2026-03-01 12:00:00.000"}
