-- METADATA columns read the attributes of the CloudEvent; the event time is one of them.
CREATE TABLE orders (id STRING METADATA, who STRING METADATA FROM 'subject' VIRTUAL, total INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE out_table (id STRING, who STRING, total INT, at_second TIMESTAMP(3)) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO out_table SELECT id, who, total, FLOOR(ts TO SECOND) FROM orders;

-- not by Flink: its file source has no metadata
-- example:
-- orders {"total":1,"ts":"2026-03-01 12:59:59.999"}
-- => {"id":"orders-1","who":null,"total":1,"at_second":"2026-03-01 12:59:59.000"}
