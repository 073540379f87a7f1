-- fails: a look-up after GROUP BY or ROW_NUMBER. Way round: look up before it, in the sub-query
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE shops (store STRING, city STRING, size INT, PRIMARY KEY (store) NOT ENFORCED)
WITH ('connector' = 'jdbc', 'millrace.reference' = 'shops');
CREATE TABLE o (a STRING, b STRING, n BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');
INSERT INTO o SELECT x.store, s.city, c FROM (SELECT store, COUNT(*) AS c, PROCTIME() AS p FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY store, window_start, window_end) AS x JOIN shops FOR SYSTEM_TIME AS OF x.p AS s ON x.store = s.store;
