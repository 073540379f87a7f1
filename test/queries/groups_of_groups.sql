-- The greatest count of each window, and who has it: groups of groups, joined back.
CREATE TABLE orders (id STRING, store STRING, total INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE busiest (store STRING, starts TIMESTAMP(3), n BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO busiest
WITH counts AS (
  SELECT store, window_start, window_end, COUNT(*) AS n
  FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY store, window_start, window_end
), most AS (
  SELECT window_start, window_end, MAX(n) AS n FROM counts GROUP BY window_start, window_end
)
SELECT c.store, c.window_start, c.n
FROM counts AS c JOIN most AS m
ON c.window_start = m.window_start AND c.window_end = m.window_end AND c.n = m.n;

-- example:
-- orders {"id":"a","store":"north","total":1,"ts":"2026-03-01 12:00:00.000"}
-- orders {"id":"b","store":"north","total":1,"ts":"2026-03-01 12:00:01.000"}
-- orders {"id":"c","store":"south","total":1,"ts":"2026-03-01 12:00:02.000"}
-- orders {"id":"d","store":null,"total":1,"ts":"2026-03-01 12:00:03.000"}
-- orders {"id":"e","store":null,"total":1,"ts":"2026-03-01 12:00:04.000"}
-- orders {"id":"f","store":"west","total":1,"ts":"2026-03-01 12:05:04.000"}
-- => {"store":"north","starts":"2026-03-01 12:00:00.000","n":2}
-- => {"store":"west","starts":"2026-03-01 12:05:00.000","n":1}
-- => {"store":null,"starts":"2026-03-01 12:00:00.000","n":2}
