CREATE TABLE meters (
  meter STRING,
  kwh DOUBLE,
  `at` TIMESTAMP(3),
  WATERMARK FOR `at` AS `at` - INTERVAL '1' MINUTE
) WITH ('connector' = 'kinesis', 'millrace.type' = 'meter.v1');
