-- Computed columns stand among the others, and SELECT * gives them in their place.
CREATE TABLE orders (
  id STRING,
  price DECIMAL(10, 2),
  gross AS price * 1.25,
  pieces INT,
  of_day AS DATE_FORMAT(ts, 'yyyy-MM-dd'),
  ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE copies (id STRING, price DECIMAL(10, 2), gross DECIMAL(14, 4), pieces INT, of_day STRING, ts TIMESTAMP(3))
WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO copies SELECT * FROM orders WHERE gross > 2;

-- example:
-- orders {"id":"a","price":1.6,"pieces":2,"ts":"2026-03-01 23:59:59.999"}
-- orders {"id":"b","price":1.61,"pieces":1,"ts":"2026-03-01 23:59:59.999"}
-- orders {"id":"c","price":8,"ts":"2026-03-02 00:00:00.000"}
-- orders {"id":"d","price":null,"pieces":1,"ts":"2026-03-02 00:00:00.000"}
-- => {"id":"b","price":"1.61","gross":"2.0125","pieces":1,"of_day":"2026-03-01","ts":"2026-03-01 23:59:59.999"}
-- => {"id":"c","price":"8.00","gross":"10.0000","pieces":null,"of_day":"2026-03-02","ts":"2026-03-02 00:00:00.000"}
