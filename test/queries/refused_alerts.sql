-- An alert is of a key and tells a breach and its end.
CREATE TABLE orders (store STRING, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE without_key (store STRING, n BIGINT) WITH ('connector' = 'sns', 'topic-arn' = 'arn:aws:sns:eu-north-1:123456789012:a', 'millrace.alert' = 'true');
-- fails: 'millrace.alert' needs a PRIMARY KEY: what breaches, such as the store
INSERT INTO without_key SELECT store, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, store HAVING COUNT(*) > 10;
CREATE TABLE without_bound (store STRING, n BIGINT, PRIMARY KEY (store) NOT ENFORCED) WITH ('connector' = 'sns', 'topic-arn' = 'arn:aws:sns:eu-north-1:123456789012:a', 'millrace.alert' = 'true');
-- fails: needs HAVING to say what is one
INSERT INTO without_bound SELECT store, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, store;
CREATE TABLE each_window (store STRING, since TIMESTAMP(3), n BIGINT, PRIMARY KEY (store, since) NOT ENFORCED) WITH ('connector' = 'sns', 'topic-arn' = 'arn:aws:sns:eu-north-1:123456789012:a', 'millrace.alert' = 'true');
-- fails: "since" of the window must not be part of it
INSERT INTO each_window SELECT store, window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, store HAVING COUNT(*) > 10;
CREATE TABLE each_order (store STRING, PRIMARY KEY (store) NOT ENFORCED) WITH ('connector' = 'sns', 'topic-arn' = 'arn:aws:sns:eu-north-1:123456789012:a', 'millrace.alert' = 'true');
-- fails: 'millrace.alert' of each_order: the query
INSERT INTO each_order SELECT store FROM orders;
