-- Parts of time, in UTC: weeks are those of ISO 8601, Sunday is day 1 of the week.
CREATE TABLE orders (ts TIMESTAMP(3), tz TIMESTAMP_LTZ(3), d DATE)
WITH ('connector' = 'kinesis', 'format' = 'json', 'json.timestamp-format.standard' = 'SQL', 'millrace.type' = 'order.v1');
CREATE TABLE parts (week_no BIGINT, dow BIGINT, doy BIGINT, h BIGINT, month_start TIMESTAMP(3), next_hour TIMESTAMP(3), later TIMESTAMP(3), zoned TIMESTAMP_LTZ(3), d DATE, text STRING)
WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO parts
SELECT EXTRACT(WEEK FROM ts), EXTRACT(DOW FROM ts), DAYOFYEAR(d), HOUR(ts), FLOOR(ts TO MONTH), CEIL(ts TO HOUR), ts + INTERVAL '1 12' DAY TO HOUR, tz, CAST(ts AS DATE),
  DATE_FORMAT(ts, 'EEE d MMM yyyy, hh:mm a') || ' ' || CAST(ts AS STRING)
FROM orders;

-- example:
-- orders {"ts":"2021-01-03 10:00:00.001","tz":"2021-01-03 10:00:00.001Z","d":"2020-12-31"}
-- orders {"ts":"2024-02-29 00:00:00.000","tz":"2024-02-29 00:00:00.000Z","d":"2023-12-31"}
-- => {"week_no":53,"dow":1,"doy":366,"h":10,"month_start":"2021-01-01 00:00:00.000","next_hour":"2021-01-03 11:00:00.000","later":"2021-01-04 22:00:00.001","zoned":"2021-01-03 10:00:00.001Z","d":"2021-01-03","text":"Sun 3 Jan 2021, 10:00 AM 2021-01-03 10:00:00.001"}
-- => {"week_no":9,"dow":5,"doy":365,"h":0,"month_start":"2024-02-01 00:00:00.000","next_hour":"2024-02-29 00:00:00.000","later":"2024-03-01 12:00:00.000","zoned":"2024-02-29 00:00:00.000Z","d":"2024-02-29","text":"Thu 29 Feb 2024, 12:00 AM 2024-02-29 00:00:00.000"}
