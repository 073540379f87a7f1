CREATE TABLE counters (
  meter STRING,
  feeder STRING,
  watt_hours BIGINT,
  volts DECIMAL(5, 1),
  read_at TIMESTAMP(3),
  WATERMARK FOR read_at AS read_at - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kinesis',
  'format' = 'json',
  'millrace.type' = 'meter.v1'
);

CREATE TABLE consumption (
  meter STRING,
  window_start TIMESTAMP(3),
  window_end TIMESTAMP(3),
  watt_hours BIGINT,
  lowest_volts DECIMAL(5, 1),
  PRIMARY KEY (meter, window_start) NOT ENFORCED
) WITH (
  'connector' = 'dynamodb'
);
