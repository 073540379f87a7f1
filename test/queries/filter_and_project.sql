-- Without a window: each event on its own, filtered and shaped.
CREATE TABLE orders (id BIGINT, store STRING, note STRING, total DECIMAL(10, 2), ts TIMESTAMP(3))
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE shaped (id BIGINT, store STRING, size STRING, word STRING, tax DECIMAL(38, 10), day_of STRING, n INT)
WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO shaped (id, store, size, word, tax, day_of)
SELECT id, UPPER(TRIM(store)) || '!', CASE WHEN total >= 100 THEN 'large' WHEN total >= 10 THEN 'medium' ELSE 'small' END,
  COALESCE(SPLIT_INDEX(note, ' ', 1), 'none'), total * 0.19 / 3, DATE_FORMAT(ts, 'yyyy-MM-dd HH''h''')
FROM orders
WHERE (store LIKE 'n%' OR store IN ('south', 'west')) AND NOT total < 0 AND note IS DISTINCT FROM 'skip';

-- example:
-- orders {"id":9007199254740993,"store":"north ","note":"a b","total":"100","ts":"2026-03-01 23:59:59.999"}
-- orders {"id":2,"store":"south","total":"10.50","ts":"2026-03-01 00:00:00.000"}
-- orders {"id":3,"store":"east","note":"a b","total":"10.50","ts":"2026-03-01 00:00:00.000"}
-- orders {"id":4,"store":"west","note":"skip","total":"10.50","ts":"2026-03-01 00:00:00.000"}
-- orders {"id":5,"store":"west","note":"x","ts":"2026-03-01 00:00:00.000"}
-- orders {"id":6,"store":"west","note":"x","total":-1,"ts":"2026-03-01 00:00:00.000"}
-- orders {"id":7,"store":"west","note":"x","total":1,"ts":"2026-03-01 00:00:00.000"}
-- => {"id":9007199254740993,"store":"NORTH!","size":"large","word":"b","tax":"6.3333333333","day_of":"2026-03-01 23h","n":null}
-- => {"id":2,"store":"SOUTH!","size":"medium","word":"none","tax":"0.6650000000","day_of":"2026-03-01 00h","n":null}
-- => {"id":7,"store":"WEST!","size":"small","word":"none","tax":"0.0633333333","day_of":"2026-03-01 00h","n":null}
