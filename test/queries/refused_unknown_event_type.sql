-- fails: 'millrace.type' names the event type "ordr.v1", which no schema describes. Did you mean "order.v1"?
CREATE TABLE orders (id STRING) WITH ('connector' = 'kinesis', 'millrace.type' = 'ordr.v1');
