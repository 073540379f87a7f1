-- A look-up join: the row of a reference table by its key. Flink's answer is that of the equal regular join.
CREATE TABLE orders (id STRING, store STRING, total INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE stores (name STRING, region STRING, size INT, rent DECIMAL(10, 2), PRIMARY KEY (name) NOT ENFORCED)
WITH ('connector' = 'jdbc', 'millrace.reference' = 'stores');
CREATE TABLE out_table (id STRING, region STRING, size INT, total_rent DECIMAL(12, 2)) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO out_table
SELECT o.id, s.region, s.size, s.rent + o.total
FROM (SELECT *, PROCTIME() AS p FROM orders) AS o
JOIN stores FOR SYSTEM_TIME AS OF o.p AS s ON o.store = s.name
WHERE o.total < 50;

-- example:
-- stores {"name":"north","region":"cold","size":12,"rent":"99.50"}
-- stores {"name":"south","region":null,"size":null,"rent":"0.01"}
-- stores {"name":"unused","region":"x","size":1,"rent":"1.00"}
-- orders {"id":"a","store":"north","total":10,"ts":"2026-03-01 12:00:01.000"}
-- orders {"id":"b","store":"south","total":20,"ts":"2026-03-01 12:00:02.000"}
-- orders {"id":"c","store":"nowhere","total":30,"ts":"2026-03-01 12:00:03.000"}
-- orders {"id":"d","store":null,"total":40,"ts":"2026-03-01 12:00:04.000"}
-- orders {"id":"e","store":"north","total":50,"ts":"2026-03-01 12:01:04.000"}
-- => {"id":"a","region":"cold","size":12,"total_rent":"109.50"}
-- => {"id":"b","region":null,"size":null,"total_rent":"20.01"}
