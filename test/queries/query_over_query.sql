-- Minutes into hours: the second query reads what the first one writes, on the event time that window_time carries on.
CREATE TABLE orders (store STRING, total DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE minutes (store STRING, at_minute TIMESTAMP(3), orders BIGINT, revenue DECIMAL(38, 2), WATERMARK FOR at_minute AS at_minute)
WITH ('connector' = 'kinesis', 'format' = 'json');
CREATE TABLE hours (window_end TIMESTAMP(3), orders BIGINT, revenue DECIMAL(38, 2), busiest BIGINT)
WITH ('connector' = 'kinesis', 'format' = 'json');

EXECUTE STATEMENT SET BEGIN
INSERT INTO hours
SELECT window_end, SUM(orders), SUM(revenue), MAX(orders)
FROM TABLE(TUMBLE(TABLE minutes, DESCRIPTOR(at_minute), INTERVAL '1' HOUR))
GROUP BY window_start, window_end;

INSERT INTO minutes
SELECT store, window_time, COUNT(*), SUM(total)
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, window_time, store;
END;

-- example:
-- orders {"store":"south","total":3,"ts":"2026-03-01 12:00:00.000"}
-- orders {"store":"north","total":1,"ts":"2026-03-01 12:59:59.999"}
-- orders {"store":"north","total":2,"ts":"2026-03-01 12:59:00.000"}
-- orders {"store":"south","total":4,"ts":"2026-03-01 13:00:00.000"}
-- => {"window_end":"2026-03-01 13:00:00.000","orders":3,"revenue":"6.00","busiest":2}
-- => {"window_end":"2026-03-01 14:00:00.000","orders":1,"revenue":"4.00","busiest":1}
