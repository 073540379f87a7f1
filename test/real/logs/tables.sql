-- The log's lines are out of order by 59 seconds at most.
CREATE TABLE requests (
  requested_at TIMESTAMP(3),
  ip STRING,
  `method` STRING,
  path STRING,
  status INT,
  `bytes` BIGINT,
  WATERMARK FOR requested_at AS requested_at - INTERVAL '60' SECOND
) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'log.v1');

CREATE TABLE requests_per_hour (
  status INT,
  window_start TIMESTAMP(3),
  window_end TIMESTAMP(3),
  requests BIGINT,
  clients BIGINT,
  total BIGINT,
  largest BIGINT,
  mean BIGINT,
  PRIMARY KEY (status, window_start) NOT ENFORCED
) WITH ('connector' = 'dynamodb');

CREATE TABLE busy_paths (
  path STRING,
  window_start TIMESTAMP(3),
  window_end TIMESTAMP(3),
  requests BIGINT,
  clients BIGINT
) WITH ('connector' = 'kinesis', 'format' = 'json');

CREATE TABLE visits (
  ip STRING,
  window_start TIMESTAMP(3),
  window_end TIMESTAMP(3),
  requests BIGINT,
  errors BIGINT,
  first_at TIMESTAMP(3),
  last_at TIMESTAMP(3)
) WITH ('connector' = 'filesystem', 'path' = 's3://lake/visits', 'format' = 'parquet');
