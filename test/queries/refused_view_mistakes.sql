-- fails: SELECT: unknown column "stor". Did you mean "store"?
-- fails: INSERT INTO: v is a view; write into a table
-- fails: w: names 1 columns, its query gives 2
-- fails: FROM: unknown table "vv". Did you mean "v"?
-- fails: CREATE VIEW: orders is created twice; rename one
CREATE TABLE orders (id STRING, store STRING, n INT, total DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');
CREATE VIEW v AS SELECT stor FROM orders;
CREATE VIEW w (a) AS SELECT store, n FROM orders;
CREATE VIEW orders AS SELECT store FROM sums;
INSERT INTO v SELECT store FROM orders;
INSERT INTO sums SELECT store, n FROM vv;
