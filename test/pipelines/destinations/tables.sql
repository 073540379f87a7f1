-- One query, every destination outside: the minutes of each store, each row also revised as it goes.
CREATE TABLE orders (
  order_id STRING,
  store STRING,
  total DECIMAL(10, 2),
  ordered_at TIMESTAMP(3),
  WATERMARK FOR ordered_at AS ordered_at - INTERVAL '5' SECOND
) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');

CREATE TABLE to_table (store STRING, minute_start TIMESTAMP(3), orders BIGINT, revenue DECIMAL(38, 2), PRIMARY KEY (store, minute_start) NOT ENFORCED)
WITH ('connector' = 'dynamodb');
CREATE TABLE to_postgres (store STRING, minute_start TIMESTAMP(3), orders BIGINT, revenue DECIMAL(38, 2), PRIMARY KEY (store, minute_start) NOT ENFORCED)
WITH ('connector' = 'jdbc', 'url' = 'jdbc:postgresql://db.example:5432/shop', 'table-name' = 'sales.per_minute');
CREATE TABLE to_redshift (store STRING, minute_start TIMESTAMP(3), orders BIGINT, revenue DECIMAL(38, 2), PRIMARY KEY (store, minute_start) NOT ENFORCED)
WITH ('connector' = 'redshift', 'hostname' = 'shop.c9aklmwyabcd.us-east-1.redshift.amazonaws.com', 'database-name' = 'dev', 'table-name' = 'sales.per_minute', 'iam-role-arn' = 'arn:aws:iam::123456789012:role/redshift-reads-stage');
CREATE TABLE to_search (store STRING, minute_start TIMESTAMP(3), orders BIGINT, revenue DECIMAL(38, 2), PRIMARY KEY (store, minute_start) NOT ENFORCED)
WITH ('connector' = 'opensearch-2', 'hosts' = 'https://search-shop-abcdefghijklmnopqrstuvwxyz.eu-north-1.es.amazonaws.com', 'index' = 'minutes-{minute_start|yyyy.MM}');
CREATE TABLE to_bus (store STRING, minute_start TIMESTAMP(3), orders BIGINT, revenue DECIMAL(38, 2), PRIMARY KEY (store, minute_start) NOT ENFORCED)
WITH ('connector' = 'eventbridge', 'bus' = 'shop', 'source' = 'shop.minutes');
CREATE TABLE to_queue (store STRING, minute_start TIMESTAMP(3), orders BIGINT, revenue DECIMAL(38, 2), PRIMARY KEY (store, minute_start) NOT ENFORCED)
WITH ('connector' = 'sqs', 'queue-url' = 'https://sqs.eu-north-1.amazonaws.com/123456789012/minutes.fifo');
CREATE TABLE to_topic (store STRING, orders BIGINT, PRIMARY KEY (store) NOT ENFORCED)
WITH ('connector' = 'sns', 'topic-arn' = 'arn:aws:sns:eu-north-1:123456789012:busy', 'millrace.alert' = 'true');
CREATE TABLE to_delivery (order_id STRING, store STRING, total DECIMAL(10, 2))
WITH ('connector' = 'firehose', 'delivery-stream' = 'orders');
CREATE TABLE to_hook (store STRING, minute_start TIMESTAMP(3), orders BIGINT, revenue DECIMAL(38, 2), PRIMARY KEY (store, minute_start) NOT ENFORCED)
WITH ('connector' = 'http-sink', 'url' = 'https://hooks.example.com/minutes');
CREATE TABLE to_kafka (store STRING, minute_start TIMESTAMP(3), orders BIGINT, revenue DECIMAL(38, 2), PRIMARY KEY (store, minute_start) NOT ENFORCED)
WITH ('connector' = 'upsert-kafka', 'topic' = 'minutes', 'properties.bootstrap.servers' = 'b-1.shop.a1b2c3.c2.kafka.eu-north-1.amazonaws.com:9098', 'properties.security.protocol' = 'SASL_SSL', 'properties.sasl.mechanism' = 'AWS_MSK_IAM', 'millrace.cluster-arn' = 'arn:aws:kafka:eu-north-1:123456789012:cluster/shop/0a1b2c3d-4e5f', 'key.format' = 'json', 'value.format' = 'json', 'value.fields-include' = 'EXCEPT_KEY');
CREATE TABLE to_log (order_id STRING, store STRING, total DECIMAL(10, 2))
WITH ('connector' = 'kafka', 'topic' = 'large-orders', 'properties.bootstrap.servers' = 'kafka.example:9092', 'format' = 'json', 'key.format' = 'raw', 'key.fields' = 'store');
