-- Two kinds of event through one window: UNION ALL in a view. Columns go by position, types to the wider one.
CREATE TABLE orders (store STRING, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE payments (shop STRING, cents BIGINT, paid_at TIMESTAMP(3), WATERMARK FOR paid_at AS paid_at - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'payment.v1');
CREATE TABLE sums (store STRING, until TIMESTAMP(3), things BIGINT, total BIGINT, kinds BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');

CREATE VIEW things AS
SELECT store, n, ts, 'order' AS kind FROM orders WHERE n > 0
UNION ALL
SELECT shop, cents, paid_at, 'payment' FROM payments;

INSERT INTO sums
SELECT store, window_end, COUNT(*), SUM(n), COUNT(DISTINCT kind)
FROM TABLE(TUMBLE(TABLE things, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, store;

-- example:
-- orders {"store":"north","n":1,"ts":"2026-03-01 12:00:00.000"}
-- orders {"store":"north","n":0,"ts":"2026-03-01 12:00:00.000"}
-- orders {"store":"south","n":2,"ts":"2026-03-01 12:00:01.000"}
-- payments {"shop":"north","cents":3000000000,"paid_at":"2026-03-01 12:00:02.000"}
-- payments {"shop":"west","cents":-5,"paid_at":"2026-03-01 12:00:02.000"}
-- payments {"shop":null,"cents":null,"paid_at":"2026-03-01 12:00:02.000"}
-- => {"store":"north","until":"2026-03-01 12:01:00.000","things":2,"total":3000000001,"kinds":2}
-- => {"store":"south","until":"2026-03-01 12:01:00.000","things":1,"total":2,"kinds":1}
-- => {"store":"west","until":"2026-03-01 12:01:00.000","things":1,"total":-5,"kinds":1}
-- => {"store":null,"until":"2026-03-01 12:01:00.000","things":1,"total":null,"kinds":1}
