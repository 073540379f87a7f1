-- Views, WITH and sub-queries: each is written into what reads it. A view keeps the event time where it selects it as it is.
CREATE TABLE orders (id STRING, store STRING, n INT, price DECIMAL(10, 2), customer ROW<name STRING>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE busy (store STRING, until TIMESTAMP(3), revenue DECIMAL(38, 2), text STRING) WITH ('connector' = 'kinesis', 'format' = 'json');

CREATE TEMPORARY VIEW paid (seller, paid_at, worth, who) AS
SELECT o.store, o.ts, o.price * o.n, o.customer.name FROM orders AS o WHERE o.price > 0;
CREATE VIEW northern AS SELECT * FROM paid WHERE seller LIKE 'n%' AND who IS NOT NULL;

INSERT INTO busy
WITH per_minute AS (
  SELECT seller AS s, window_end AS until, CAST(SUM(worth) AS DECIMAL(38, 2)) AS revenue, COUNT(*) AS orders
  FROM TABLE(TUMBLE(TABLE northern, DESCRIPTOR(paid_at), INTERVAL '1' MINUTE))
  GROUP BY window_start, window_end, seller
), lively (s, until, revenue, orders) AS (SELECT * FROM per_minute WHERE orders > 1)
SELECT x.s, x.until, x.revenue, x.s || '!' FROM (SELECT * FROM lively WHERE revenue < 100) AS x WHERE x.revenue > 5;

-- example:
-- orders {"id":"a","store":"north","n":2,"price":1.5,"customer":{"name":"x"},"ts":"2026-03-01 12:00:00.000"}
-- orders {"id":"b","store":"north","n":3,"price":1.5,"customer":{"name":"y"},"ts":"2026-03-01 12:00:01.000"}
-- orders {"id":"c","store":"north","n":3,"price":1.5,"customer":{"name":null},"ts":"2026-03-01 12:00:01.000"}
-- orders {"id":"d","store":"nord","n":3,"price":1.5,"customer":{"name":"y"},"ts":"2026-03-01 12:00:02.000"}
-- orders {"id":"e","store":"nord","n":1,"price":95.5,"customer":{"name":"y"},"ts":"2026-03-01 12:00:02.000"}
-- orders {"id":"f","store":"south","n":9,"price":9,"customer":{"name":"y"},"ts":"2026-03-01 12:00:02.000"}
-- orders {"id":"g","store":"ny","n":1,"price":1,"customer":{"name":"y"},"ts":"2026-03-01 12:00:03.000"}
-- orders {"id":"h","store":"ny","n":1,"price":1,"customer":{"name":"y"},"ts":"2026-03-01 12:00:03.000"}
-- orders {"id":"i","store":"ny","n":1,"price":0,"customer":{"name":"y"},"ts":"2026-03-01 12:00:03.000"}
-- => {"store":"north","until":"2026-03-01 12:01:00.000","revenue":"7.50","text":"north!"}
