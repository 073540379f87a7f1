-- Sources: the events of one type each. The column of WATERMARK FOR is the event time; an event may come up to 5 seconds
-- behind the newest one before it and still count.
CREATE TABLE page_views (
  visitor STRING,
  page STRING,
  sku STRING,
  viewed_at TIMESTAMP(3),
  WATERMARK FOR viewed_at AS viewed_at - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kinesis',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601',
  'millrace.type' = 'page_view.v1'
);

CREATE TABLE orders (
  order_id STRING,
  visitor STRING,
  store STRING,
  sku STRING,
  quantity BIGINT,
  total DECIMAL(10, 2),
  product ROW<name STRING, category STRING, price STRING>, -- from reference/products.csv, by enrichments/shop.ts
  basket STRING, -- the same
  ordered_at TIMESTAMP(3),
  WATERMARK FOR ordered_at AS ordered_at - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kinesis',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601',
  'millrace.type' = 'order.v1'
);

CREATE TABLE payments (
  payment_id STRING,
  order_id STRING,
  store STRING,
  provider STRING,
  outcome STRING,
  amount DECIMAL(10, 2),
  paid_at TIMESTAMP(3),
  WATERMARK FOR paid_at AS paid_at - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kinesis',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601',
  'millrace.type' = 'payment.v1'
);

-- A topic between two queries: written by orders_per_minute.sql, read by orders_per_hour.sql. Its event time is the last
-- millisecond of the minute, so a minute belongs to the hour that it ends in; finals come in order, so no delay is needed.
-- Its columns are not called window_…: in a window over it those names would mean two things.
CREATE TABLE orders_per_minute (
  store STRING,
  minute_start TIMESTAMP(3),
  minute_end TIMESTAMP(3),
  minute_time TIMESTAMP(3),
  orders BIGINT,
  revenue DECIMAL(38, 2),
  WATERMARK FOR minute_time AS minute_time
) WITH (
  'connector' = 'kinesis',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601'
);

-- Destinations.
CREATE TABLE orders_per_hour (
  store STRING,
  window_start TIMESTAMP(3),
  window_end TIMESTAMP(3),
  orders BIGINT,
  revenue DECIMAL(38, 2),
  busiest_minute BIGINT,
  PRIMARY KEY (store, window_start) NOT ENFORCED
) WITH (
  'connector' = 'dynamodb'
);

CREATE TABLE revenue_last_10_minutes (
  category STRING,
  window_start TIMESTAMP(3),
  window_end TIMESTAMP(3),
  orders BIGINT,
  revenue DECIMAL(38, 2),
  PRIMARY KEY (category, window_start) NOT ENFORCED
) WITH (
  'connector' = 'dynamodb'
);

CREATE TABLE popular_pages (
  page STRING,
  window_start TIMESTAMP(3),
  window_end TIMESTAMP(3),
  shown BIGINT,
  visitors BIGINT,
  PRIMARY KEY (page, window_start) NOT ENFORCED
) WITH (
  'connector' = 'dynamodb'
);

CREATE TABLE visits (
  visitor STRING,
  window_start TIMESTAMP(3),
  window_end TIMESTAMP(3),
  pages BIGINT,
  first_viewed TIMESTAMP(3),
  last_viewed TIMESTAMP(3)
) WITH (
  'connector' = 'filesystem',
  'path' = 's3://lake/visits',
  'format' = 'parquet'
);

CREATE TABLE payment_alerts (
  store STRING,
  provider STRING,
  window_start TIMESTAMP(3),
  window_end TIMESTAMP(3),
  failed BIGINT,
  PRIMARY KEY (store, provider, window_start) NOT ENFORCED
) WITH (
  'connector' = 'dynamodb'
);

CREATE TABLE large_orders (
  order_id STRING,
  store STRING,
  sku STRING,
  total DECIMAL(10, 2),
  basket STRING,
  ordered_at TIMESTAMP(3)
) WITH (
  'connector' = 'kinesis',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601'
);
