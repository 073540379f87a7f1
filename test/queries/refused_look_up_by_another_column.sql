-- fails: a look-up in shops by anything but its key. Way round: write ON … = s.store, its PRIMARY KEY
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE shops (store STRING, city STRING, size INT, PRIMARY KEY (store) NOT ENFORCED)
WITH ('connector' = 'jdbc', 'millrace.reference' = 'shops');
CREATE TABLE o (a STRING, b STRING, n BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');
INSERT INTO o SELECT x.store, s.city, n FROM orders AS x JOIN shops FOR SYSTEM_TIME AS OF x.proc AS s ON x.store = s.city;
