-- Orders of each hour, from the minutes: a query over another query's topic. `busiest_minute` is the most orders in one minute.
INSERT INTO orders_per_hour
SELECT store, window_start, window_end, SUM(orders) AS orders, SUM(revenue) AS revenue, MAX(orders) AS busiest_minute
FROM TABLE(TUMBLE(TABLE orders_per_minute, DESCRIPTOR(minute_time), INTERVAL '1' HOUR))
GROUP BY store, window_start, window_end;

-- example:
-- orders_per_minute {"store":"oslo","minute_start":"2026-01-05T09:00:00.000Z","minute_end":"2026-01-05T09:01:00.000Z","minute_time":"2026-01-05T09:00:59.999Z","orders":2,"revenue":29.70}
-- orders_per_minute {"store":"oslo","minute_start":"2026-01-05T09:59:00.000Z","minute_end":"2026-01-05T10:00:00.000Z","minute_time":"2026-01-05T09:59:59.999Z","orders":5,"revenue":80.00}
-- => {"store":"oslo","window_start":"2026-01-05 09:00:00.000","window_end":"2026-01-05 10:00:00.000","orders":7,"revenue":"109.70","busiest_minute":5}
