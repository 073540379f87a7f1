-- Top-N of a window: the two greatest of each store; of equals the earlier arrival stands first, NULL is the least.
CREATE TABLE orders (id STRING, store STRING, total INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE tops (store STRING, starts TIMESTAMP(3), rn BIGINT, id STRING, total INT) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO tops
SELECT store, window_start, rn, id, total FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, store ORDER BY total DESC) AS rn
  FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
) WHERE rn <= 2;

-- example:
-- orders {"id":"a","store":"north","total":10,"ts":"2026-03-01 12:00:01.000"}
-- orders {"id":"b","store":"north","total":30,"ts":"2026-03-01 12:00:02.000"}
-- orders {"id":"c","store":"north","total":30,"ts":"2026-03-01 12:00:02.000"}
-- orders {"id":"d","store":"north","total":20,"ts":"2026-03-01 12:00:00.500"}
-- orders {"id":"e","store":"south","total":null,"ts":"2026-03-01 12:00:05.000"}
-- orders {"id":"f","store":"south","total":5,"ts":"2026-03-01 12:00:06.000"}
-- orders {"id":"g","store":"north","total":1,"ts":"2026-03-01 12:01:00.000"}
-- orders {"id":"h","store":null,"total":7,"ts":"2026-03-01 12:00:07.000"}
-- => {"store":"north","starts":"2026-03-01 12:00:00.000","rn":1,"id":"b","total":30}
-- => {"store":"north","starts":"2026-03-01 12:00:00.000","rn":2,"id":"c","total":30}
-- => {"store":"north","starts":"2026-03-01 12:01:00.000","rn":1,"id":"g","total":1}
-- => {"store":"south","starts":"2026-03-01 12:00:00.000","rn":1,"id":"f","total":5}
-- => {"store":"south","starts":"2026-03-01 12:00:00.000","rn":2,"id":"e","total":null}
-- => {"store":null,"starts":"2026-03-01 12:00:00.000","rn":1,"id":"h","total":7}
