-- Kafka topics: options of Flink's that nobody would heed here, and what Flink itself asks of such tables.
CREATE TABLE orders (id STRING, store STRING, total DECIMAL(10, 2), ordered_at TIMESTAMP(3), WATERMARK FOR ordered_at AS ordered_at)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE nowhere (id STRING) WITH ('connector' = 'kafka', 'format' = 'json');
-- fails: the connector 'kafka' needs WITH ('topic' = …)
-- fails: the connector 'kafka' needs WITH ('properties.bootstrap.servers' = …)
CREATE TABLE no_format (id STRING) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:9092');
-- fails: CREATE TABLE no_format: the connector 'kafka' needs WITH ('format' = 'json')
CREATE TABLE avro (id STRING) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:9092', 'format' = 'avro');
-- fails: 'format' = 'avro': rows are written as 'json'
CREATE TABLE changes (id STRING) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:9092', 'format' = 'debezium-json');
-- fails: 'format' = 'debezium-json': that format tells what a row was before, which a destination here is not told; write 'upsert-kafka'
CREATE TABLE two_topics (id STRING) WITH ('connector' = 'kafka', 'topic' = 'a;b', 'properties.bootstrap.servers' = 'kafka', 'format' = 'json');
-- fails: 'topic' = 'a;b': write the name of one topic
-- fails: 'properties.bootstrap.servers' = 'kafka': write HOST:PORT
CREATE TABLE tuned (id STRING) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:9092', 'format' = 'json', 'properties.linger.ms' = '5', 'scan.startup.mode' = 'earliest-offset');
-- fails: 'properties.linger.ms' is no option of 'kafka'
-- fails: 'scan.startup.mode' is no option of 'kafka'
CREATE TABLE exactly (id STRING) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:9092', 'format' = 'json', 'sink.delivery-guarantee' = 'exactly-once');
-- fails: 'sink.delivery-guarantee' = 'exactly-once': write 'at-least-once': a record that comes again has the same headers ce_id and ce_revision
CREATE TABLE with_key (id STRING, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:9092', 'format' = 'json');
-- fails: a 'kafka' table has no PRIMARY KEY, because it can't guarantee the semantic of primary key: records are appended. Write 'connector' = 'upsert-kafka'
CREATE TABLE without_key (id STRING) WITH ('connector' = 'upsert-kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:9092', 'key.format' = 'json', 'value.format' = 'json');
-- fails: CREATE TABLE without_key: 'upsert-kafka' tables require to define a PRIMARY KEY constraint
CREATE TABLE half_a_key (id STRING) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:9092', 'format' = 'json', 'key.format' = 'json');
-- fails: 'key.format' requires the declaration of one or more of key fields using 'key.fields'
CREATE TABLE strange_key (id STRING, n INT) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:9092', 'format' = 'json', 'key.format' = 'raw', 'key.fields' = 'id;shop');
-- fails: 'key.fields' names "shop"; strange_key has id, n
-- fails: 'key.format' = 'raw' is for a key of one STRING column; write 'json'
CREATE TABLE raw_number (n INT, PRIMARY KEY (n) NOT ENFORCED) WITH ('connector' = 'upsert-kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:9092', 'key.format' = 'raw', 'value.format' = 'json');
-- fails: 'key.format' = 'raw' is for a key of one STRING column; write 'json'
CREATE TABLE no_tls (id STRING) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:9092', 'format' = 'json', 'properties.sasl.mechanism' = 'PLAIN');
-- fails: 'properties.security.protocol' and 'properties.sasl.mechanism' go together: PLAINTEXT, SSL, SASL_SSL with AWS_MSK_IAM, SASL_SSL with SCRAM-SHA-512, SASL_SSL with PLAIN
CREATE TABLE no_cluster (id STRING) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:9098', 'format' = 'json', 'properties.security.protocol' = 'SASL_SSL', 'properties.sasl.mechanism' = 'AWS_MSK_IAM');
-- fails: write 'millrace.cluster-arn' = 'arn:…'
CREATE TABLE no_secret (id STRING) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:9096', 'format' = 'json', 'properties.security.protocol' = 'SASL_SSL', 'properties.sasl.mechanism' = 'SCRAM-SHA-512');
-- fails: write 'millrace.secret-arn' = 'arn:…'
CREATE TABLE told (id STRING) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:9096', 'format' = 'json', 'properties.sasl.jaas.config' = 'org.apache.kafka.common.security.scram.ScramLoginModule required username="u" password="hunter2";');
-- fails: 'properties.sasl.jaas.config' = '…': a password does not belong into SQL
CREATE TABLE revised (store STRING, orders BIGINT) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:9092', 'format' = 'json', 'millrace.lateness' = '1 h', 'millrace.early' = '10 s');
-- fails: 'millrace.lateness' revises rows, and a 'kafka' table doesn't support consuming update changes; write 'connector' = 'upsert-kafka'
-- fails: 'millrace.early' revises rows
CREATE TABLE counts (store STRING, orders BIGINT) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:9092', 'format' = 'json', 'millrace.ttl' = '1 d');
INSERT INTO counts SELECT store, COUNT(*) AS orders FROM orders GROUP BY store;
-- fails: INSERT INTO: counts doesn't support consuming update changes
CREATE TABLE elsewhere (id STRING) WITH ('connector' = 'jdbc', 'url' = 'jdbc:postgresql://db/shop', 'millrace.cluster-arn' = 'x');
-- fails: 'millrace.cluster-arn' is no option of 'jdbc'
