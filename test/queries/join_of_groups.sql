-- Groups of a window joined: revenue beside what was paid, by store.
CREATE TABLE orders (id STRING, store STRING, total INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE payments (order_id STRING, store STRING, paid INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'payment.v1');
CREATE TABLE balance (store STRING, starts TIMESTAMP(3), revenue INT, paid INT, open_amount INT) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO balance
SELECT o.store, o.window_start, o.revenue, p.paid, o.revenue - COALESCE(p.paid, 0)
FROM (
  SELECT store, window_start, window_end, SUM(total) AS revenue
  FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY store, window_start, window_end
) AS o
LEFT JOIN (
  SELECT store, window_start, window_end, SUM(paid) AS paid
  FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY store, window_start, window_end
) AS p
ON o.store = p.store AND o.window_start = p.window_start AND o.window_end = p.window_end;

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
-- => {"store":"east","starts":"2026-03-01 12:03:00.000","revenue":60,"paid":null,"open_amount":60}
-- => {"store":"north","starts":"2026-03-01 12:00:00.000","revenue":30,"paid":30,"open_amount":0}
-- => {"store":"south","starts":"2026-03-01 12:00:00.000","revenue":30,"paid":40,"open_amount":-10}
-- => {"store":"south","starts":"2026-03-01 12:01:00.000","revenue":40,"paid":null,"open_amount":40}
-- => {"store":"west","starts":"2026-03-01 12:00:00.000","revenue":50,"paid":1,"open_amount":49}
-- => {"store":null,"starts":"2026-03-01 12:00:00.000","revenue":null,"paid":null,"open_amount":null}
