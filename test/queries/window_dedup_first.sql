-- Dedup in a window: the first row of each store by time; of equals the earlier arrival.
CREATE TABLE orders (id STRING, store STRING, total INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE ends (store STRING, starts TIMESTAMP(3), id STRING, total INT) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO ends
SELECT store, window_start, id, total FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, store ORDER BY ts ASC) AS rn
  FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
) WHERE rn = 1;

-- example:
-- orders {"id":"a","store":"north","total":10,"ts":"2026-03-01 12:00:01.000"}
-- orders {"id":"b","store":"north","total":30,"ts":"2026-03-01 12:00:02.000"}
-- orders {"id":"c","store":"north","total":30,"ts":"2026-03-01 12:00:02.000"}
-- orders {"id":"d","store":"north","total":20,"ts":"2026-03-01 12:00:00.500"}
-- orders {"id":"e","store":"south","total":null,"ts":"2026-03-01 12:00:05.000"}
-- orders {"id":"f","store":"south","total":5,"ts":"2026-03-01 12:00:06.000"}
-- orders {"id":"g","store":"north","total":1,"ts":"2026-03-01 12:01:00.000"}
-- orders {"id":"h","store":null,"total":7,"ts":"2026-03-01 12:00:07.000"}
-- => {"store":"north","starts":"2026-03-01 12:00:00.000","id":"d","total":20}
-- => {"store":"north","starts":"2026-03-01 12:01:00.000","id":"g","total":1}
-- => {"store":"south","starts":"2026-03-01 12:00:00.000","id":"e","total":null}
-- => {"store":null,"starts":"2026-03-01 12:00:00.000","id":"h","total":7}
