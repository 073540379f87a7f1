-- A row passes when its condition is TRUE: neither FALSE nor unknown.
CREATE TABLE orders (id INT, a INT, b INT)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE kept (id INT, either BOOLEAN, each_of BOOLEAN, in_list BOOLEAN, not_in BOOLEAN, same BOOLEAN)
WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO kept
SELECT id, a > 1 OR b > 1, a > 1 AND b > 1, a IN (1, b), a NOT IN (1, b), a IS NOT DISTINCT FROM b
FROM orders
WHERE NOT (a > 5) OR b IS NULL;

-- example:
-- orders {"id":1,"a":1,"b":2}
-- orders {"id":2,"a":null,"b":2}
-- orders {"id":3,"a":null,"b":null}
-- orders {"id":4,"a":9,"b":null}
-- orders {"id":5,"a":9,"b":1}
-- orders {"id":6,"a":2,"b":null}
-- => {"id":1,"either":true,"each_of":false,"in_list":true,"not_in":false,"same":false}
-- => {"id":3,"either":null,"each_of":null,"in_list":null,"not_in":null,"same":true}
-- => {"id":4,"either":true,"each_of":null,"in_list":null,"not_in":null,"same":false}
-- => {"id":6,"either":true,"each_of":null,"in_list":null,"not_in":null,"same":false}
