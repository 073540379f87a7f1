-- fails: GROUP BY without a window over plain, which has no event time. Way round: add WATERMARK FOR to its CREATE TABLE
CREATE TABLE k (a STRING, n BIGINT, PRIMARY KEY (a) NOT ENFORCED) WITH ('connector' = 'dynamodb', 'millrace.ttl' = '1 d');
CREATE TABLE plain (store STRING, n INT) WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
INSERT INTO k SELECT store, COUNT(*) FROM plain GROUP BY store;
