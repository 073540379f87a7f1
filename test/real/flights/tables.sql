-- Flights come when they took off; the event time is when they should have: up to 8.2 hours out of order.
CREATE TABLE flights (
  scheduled TIMESTAMP(3),
  delay INT,
  distance BIGINT,
  origin STRING,
  destination STRING,
  WATERMARK FOR scheduled AS scheduled - INTERVAL '9' HOUR
) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'flight.v1');

CREATE TABLE airport_days (
  origin STRING,
  window_start TIMESTAMP(3),
  window_end TIMESTAMP(3),
  flights BIGINT,
  destinations BIGINT,
  mean_delay INT,
  worst_delay INT,
  miles BIGINT,
  PRIMARY KEY (origin, window_start) NOT ENFORCED
) WITH ('connector' = 'dynamodb');

CREATE TABLE late_routes (
  origin STRING,
  destination STRING,
  window_start TIMESTAMP(3),
  window_end TIMESTAMP(3),
  flights BIGINT,
  delay BIGINT
) WITH ('connector' = 'kinesis', 'format' = 'json');

CREATE TABLE rushes (
  origin STRING,
  window_start TIMESTAMP(3),
  window_end TIMESTAMP(3),
  flights BIGINT,
  furthest BIGINT
) WITH ('connector' = 'filesystem', 'path' = 's3://lake/rushes', 'format' = 'parquet');
