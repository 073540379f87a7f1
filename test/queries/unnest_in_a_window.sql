-- Elements counted in windows: each is a row of its own, with the time of its event.
CREATE TABLE orders (id STRING, tags ARRAY<STRING>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE VIEW tagged AS SELECT id, tag, ts FROM orders CROSS JOIN UNNEST(tags) AS t (tag);
CREATE TABLE tag_counts (tag STRING, n BIGINT, orders BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO tag_counts
SELECT tag, COUNT(*), COUNT(DISTINCT id)
FROM TABLE(TUMBLE(TABLE tagged, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY tag, window_start, window_end;

-- example:
-- orders {"id":"a","tags":["x","y","x"],"ts":"2026-03-01 12:00:00.000"}
-- orders {"id":"b","tags":["x"],"ts":"2026-03-01 12:00:00.000"}
-- orders {"id":"c","tags":["x"],"ts":"2026-03-01 12:01:00.000"}
-- => {"tag":"x","n":1,"orders":1}
-- => {"tag":"x","n":3,"orders":2}
-- => {"tag":"y","n":1,"orders":1}
