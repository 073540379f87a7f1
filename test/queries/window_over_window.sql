-- Windows over windows, in one query: the minutes of an hour by window_time.
CREATE TABLE orders (id STRING, store STRING, total INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE hours_table (until TIMESTAMP(3), minutes_table BIGINT, n BIGINT, most BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');
CREATE VIEW minutes_view AS
SELECT window_time AS at_minute, COUNT(*) AS n
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, window_time;

INSERT INTO hours_table
SELECT window_end, COUNT(*), SUM(n), MAX(n)
FROM TABLE(TUMBLE(TABLE minutes_view, DESCRIPTOR(at_minute), INTERVAL '1' HOUR)) GROUP BY window_start, window_end;

-- example:
-- orders {"id":"a","store":"north","total":10,"ts":"2026-03-01 12:00:01.000"}
-- orders {"id":"b","store":"north","total":30,"ts":"2026-03-01 12:00:02.000"}
-- orders {"id":"c","store":"north","total":30,"ts":"2026-03-01 12:00:02.000"}
-- orders {"id":"d","store":"north","total":20,"ts":"2026-03-01 12:00:00.500"}
-- orders {"id":"e","store":"south","total":null,"ts":"2026-03-01 12:00:05.000"}
-- orders {"id":"f","store":"south","total":5,"ts":"2026-03-01 12:00:06.000"}
-- orders {"id":"g","store":"north","total":1,"ts":"2026-03-01 12:01:00.000"}
-- orders {"id":"h","store":null,"total":7,"ts":"2026-03-01 12:00:07.000"}
-- => {"until":"2026-03-01 13:00:00.000","minutes_table":2,"n":8,"most":7}
