-- SUM(INT) stays INT and wraps around, AVG of integers is cut, SUM(DECIMAL(p, s)) is DECIMAL(38, s), AVG(DECIMAL) has 6 decimals.
CREATE TABLE orders (i INT, b BIGINT, m DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE totals (sum_i INT, sum_b BIGINT, sum_m DECIMAL(38, 2), avg_i INT, avg_b BIGINT, avg_m DECIMAL(38, 6), least DECIMAL(10, 2), half BIGINT)
WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO totals
SELECT SUM(i), SUM(b), SUM(m), AVG(i), AVG(b), AVG(m), MIN(m), SUM(b) / 2
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' HOUR))
GROUP BY window_start, window_end;

-- example:
-- orders {"i":2147483647,"b":9007199254740993,"m":"12.35","ts":"2026-03-01 00:00:00.000"}
-- orders {"i":1,"b":9007199254740993,"m":-2.5,"ts":"2026-03-01 00:00:01.000"}
-- orders {"i":3,"b":-4,"m":0.005,"ts":"2026-03-01 00:00:02.000"}
-- orders {"i":4,"b":-7,"m":1,"ts":"2026-03-01 01:00:02.000"}
-- orders {"i":5,"b":0,"m":2,"ts":"2026-03-01 01:00:03.000"}
-- => {"sum_i":-2147483645,"sum_b":18014398509481982,"sum_m":"9.86","avg_i":715827883,"avg_b":6004799503160660,"avg_m":"3.286667","least":"-2.50","half":9007199254740991}
-- => {"sum_i":9,"sum_b":-7,"sum_m":"3.00","avg_i":4,"avg_b":-3,"avg_m":"1.500000","least":"1.00","half":-3}
