-- A query without a window over a topic that another such query fills: it takes in what that one does, and reads the same events.
CREATE TABLE orders (id STRING, store STRING, total DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE northern (id STRING, cents BIGINT, ts TIMESTAMP(3)) WITH ('connector' = 'kinesis', 'format' = 'json');
CREATE TABLE big (id STRING, cents BIGINT, at_hour TIMESTAMP(3)) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO northern SELECT id, CAST(total * 100 AS BIGINT), ts FROM orders WHERE store = 'north';
INSERT INTO big SELECT id, cents, FLOOR(ts TO HOUR) FROM northern WHERE cents > 1000;

-- example:
-- orders {"id":"a","store":"north","total":12.34,"ts":"2026-03-01 12:59:59.999"}
-- orders {"id":"b","store":"south","total":12.34,"ts":"2026-03-01 12:59:59.999"}
-- orders {"id":"c","store":"north","total":1,"ts":"2026-03-01 13:00:00.000"}
-- orders {"id":"d","store":null,"total":99,"ts":"2026-03-01 13:00:00.000"}
-- => {"id":"a","cents":1234,"ts":"2026-03-01 12:59:59.999"}
-- => {"id":"c","cents":100,"ts":"2026-03-01 13:00:00.000"}
-- => {"id":"a","cents":1234,"at_hour":"2026-03-01 12:00:00.000"}
