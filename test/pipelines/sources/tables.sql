CREATE TABLE meters (
  meter STRING,
  kwh DOUBLE,
  `at` TIMESTAMP(3),
  WATERMARK FOR `at` AS `at` - INTERVAL '1' MINUTE
) WITH ('connector' = 'kinesis', 'millrace.type' = 'meter.v1');

CREATE TABLE used (
  meter STRING,
  window_start TIMESTAMP(3),
  kwh DOUBLE,
  readings BIGINT,
  PRIMARY KEY (meter, window_start) NOT ENFORCED
) WITH ('connector' = 'dynamodb');
