CREATE TABLE readings (
  sensor STRING,
  site STRING,
  celsius DECIMAL(6, 1),
  vibration DECIMAL(6, 1),
  measured_at TIMESTAMP(3),
  WATERMARK FOR measured_at AS measured_at - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kinesis',
  'format' = 'json',
  'millrace.type' = 'sensor.v1'
);

CREATE TABLE hot_machines (
  sensor STRING,
  window_start TIMESTAMP(3),
  window_end TIMESTAMP(3),
  readings BIGINT,
  hottest DECIMAL(6, 1),
  PRIMARY KEY (sensor, window_start) NOT ENFORCED
) WITH (
  'connector' = 'dynamodb'
);
