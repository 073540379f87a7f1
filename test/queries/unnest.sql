-- A row for each element of an array; an event without elements has none.
CREATE TABLE orders (id STRING, tags ARRAY<STRING>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE tagged (id STRING, tag STRING) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO tagged SELECT id, tag FROM orders CROSS JOIN UNNEST(tags) AS t (tag) WHERE tag <> 'no' OR tag IS NULL;

-- example:
-- orders {"id":"a","tags":["x","no","y","x"],"ts":"2026-03-01 12:00:00.000"}
-- orders {"id":"b","tags":[],"ts":"2026-03-01 12:00:00.000"}
-- orders {"id":"c","tags":null,"ts":"2026-03-01 12:00:00.000"}
-- orders {"id":"d","tags":["z",null],"ts":"2026-03-01 12:00:00.000"}
-- => {"id":"a","tag":"x"}
-- => {"id":"a","tag":"x"}
-- => {"id":"a","tag":"y"}
-- => {"id":"d","tag":"z"}
-- => {"id":"d","tag":null}
