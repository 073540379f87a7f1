-- fails: reading the reference table shops by itself. Way round: join it
-- fails: INSERT INTO: shops is a reference table ('millrace.reference'); write into a table without it
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE shops (store STRING, city STRING, size INT, PRIMARY KEY (store) NOT ENFORCED)
WITH ('connector' = 'jdbc', 'millrace.reference' = 'shops');
CREATE TABLE o (a STRING, b STRING, n BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');
INSERT INTO o SELECT city, city, 1 FROM shops;
INSERT INTO shops SELECT store, id, n FROM orders;
