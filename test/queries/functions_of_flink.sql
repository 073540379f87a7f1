-- Functions beside SQL's own, in a query: JSON out of a text column, choices, the calendar, days.
CREATE TABLE orders (id STRING, body STRING, due DATE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE out_table (id STRING, city STRING, has_city BOOLEAN, size STRING, next_day DATE, next_month TIMESTAMP(3), days_left INT, first3 STRING)
WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO out_table
SELECT
  CONCAT_WS('/', id, JSON_VALUE(body, '$.tags[0]')),
  INITCAP(JSON_VALUE(body, '$.address.city' NULL ON EMPTY DEFAULT 'nowhere' ON ERROR)),
  JSON_EXISTS(body, '$.address[''city'']'),
  IF(CAST(JSON_VALUE(body, '$.n' RETURNING STRING) AS INT) > GREATEST(1, 2), 'many', 'few'),
  due + INTERVAL '1' DAY,
  TIMESTAMPADD(MONTH, 1, ts),
  TIMESTAMPDIFF(DAY, ts, CAST(due AS TIMESTAMP(3))),
  LEFT(LPAD(id, 5, '0'), 3)
FROM orders;

-- example:
-- orders {"id":"a","body":"{\"n\":3,\"address\":{\"city\":\"OSLO\"},\"tags\":[\"x\"]}","due":"2024-02-29","ts":"2024-01-31 12:00:00.000"}
-- orders {"id":"b","body":"{\"n\":2,\"address\":{}}","due":"2023-12-31","ts":"2024-01-31 12:00:00.000"}
-- orders {"id":"c","body":"no json","due":null,"ts":"2024-02-01 00:00:00.000"}
-- orders {"id":null,"body":null,"due":"2024-02-02","ts":"2024-02-01 00:00:00.000"}
-- => {"id":"","city":null,"has_city":null,"size":"few","next_day":"2024-02-03","next_month":"2024-03-01 00:00:00.000","days_left":1,"first3":null}
-- => {"id":"a/x","city":"Oslo","has_city":true,"size":"many","next_day":"2024-03-01","next_month":"2024-02-29 12:00:00.000","days_left":28,"first3":"000"}
-- => {"id":"b","city":"Nowhere","has_city":false,"size":"few","next_day":"2024-01-01","next_month":"2024-02-29 12:00:00.000","days_left":-31,"first3":"000"}
-- => {"id":"c","city":"Nowhere","has_city":false,"size":"few","next_day":null,"next_month":"2024-03-01 00:00:00.000","days_left":null,"first3":"000"}
