-- fails: INSERT INTO pairs: "ordered" is the event time already, Flink takes no second one; write CAST(… AS TIMESTAMP(3)) around all but one
CREATE TABLE orders (id STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE payments (order_id STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'payment.v1');
CREATE TABLE pairs (id STRING, ordered TIMESTAMP(3), paid_at TIMESTAMP(3)) WITH ('connector' = 'kinesis', 'format' = 'json');
INSERT INTO pairs
SELECT o.id, o.ts AS ordered, p.ts
FROM orders AS o JOIN payments AS p
ON o.id = p.order_id AND p.ts BETWEEN o.ts - INTERVAL '30' SECOND AND o.ts + INTERVAL '2' MINUTE;
