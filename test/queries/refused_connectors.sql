-- Destinations outside: what each needs, what none reads, and what does not belong into SQL.
CREATE TABLE orders (id STRING, total DECIMAL(10, 2)) WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE rows_of_sql (id STRING) WITH ('connector' = 'jdbc');
-- fails: the connector 'jdbc' needs WITH ('url' = …)
CREATE TABLE other_database (id STRING) WITH ('connector' = 'jdbc', 'url' = 'jdbc:mysql://db/shop');
-- fails: 'url' = 'jdbc:mysql://db/shop': write jdbc:postgresql://host:5432/database
CREATE TABLE with_password (id STRING) WITH ('connector' = 'jdbc', 'url' = 'jdbc:postgresql://db/shop', 'password' = 'hunter2');
-- fails: 'password' = '…': a password does not belong into SQL
CREATE TABLE found (id STRING) WITH ('connector' = 'opensearch-2', 'host' = 'https://search.example');
-- fails: the connector 'opensearch-2' needs WITH ('hosts' = …)
-- fails: 'host' is no option of 'opensearch-2'. Did you mean "hosts"?
CREATE TABLE told (id STRING) WITH ('connector' = 'sns', 'topic-arn' = 'alarms');
-- fails: 'topic-arn' = 'alarms': write arn:aws:sns:region:account:name
CREATE TABLE told_by_call (id STRING) WITH ('connector' = 'http-sink', 'url' = 'https://hooks.example/x', 'millrace.alert' = 'yes');
-- fails: 'millrace.alert' = 'yes'; write 'true' or 'false'
CREATE TABLE taken (id STRING) WITH ('connector' = 'sqs', 'millrace.type' = 'order.v1', 'queue-url' = 'https://sqs.eu-north-1.amazonaws.com/123456789012/q');
-- fails: a source ('millrace.type') has the connector 'kinesis', or 'filesystem' to keep its events in the lake; found 'sqs'
CREATE TABLE nowhere_known (id STRING) WITH ('connector' = 'postgres');
-- fails: no connector 'postgres'. Connectors: 'kinesis', 'dynamodb', 'filesystem', 'jdbc', 'redshift', 'opensearch-2', 'eventbridge', 'sns', 'sqs', 'firehose', 'http-sink', 'kafka', 'upsert-kafka'
INSERT INTO rows_of_sql SELECT id FROM orders;
CREATE TABLE rows_of_redshift (id STRING) WITH ('connector' = 'jdbc', 'url' = 'jdbc:redshift://db:5439/shop');
-- fails: write 'connector' = 'redshift' with 'hostname'
CREATE TABLE logged_in (id STRING) WITH ('connector' = 'opensearch-2', 'hosts' = 'https://search.example', 'username' = 'u', 'password' = 'hunter2', 'connection.path-prefix' = 'v1');
-- fails: 'username' of 'opensearch-2' is not heeded here: requests are signed with the function’s role
-- fails: 'password' of 'opensearch-2' is not heeded here
-- fails: 'connection.path-prefix' of 'opensearch-2' is not heeded here: requests go to the root of the host
CREATE TABLE as_avro (id STRING) WITH ('connector' = 'firehose', 'delivery-stream' = 'd', 'format' = 'avro');
-- fails: 'format' = 'avro': rows are written as 'json'
