-- Choices and comparisons: three-valued, by type.
CREATE TABLE orders (i INT, j BIGINT, s STRING, bo BOOLEAN, d DOUBLE)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE out_table (
  a STRING, b STRING, c STRING, d INT, e BIGINT, f BIGINT, g BIGINT, h BOOLEAN, i BOOLEAN, j BOOLEAN, k BOOLEAN, l BOOLEAN, m BOOLEAN, n BOOLEAN,
  o BOOLEAN, p BOOLEAN, q BOOLEAN, r BOOLEAN, s BOOLEAN, t BOOLEAN
) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO out_table
SELECT CASE WHEN i > 1 THEN 'more' WHEN i = 1 THEN 'one' END, CASE s WHEN 'a' THEN 'A' WHEN 'b' THEN 'B' ELSE '-' END, IF(bo, 'yes', 'no'),
  NULLIF(i, 1), COALESCE(i, j, 7), GREATEST(i, j), LEAST(i, j), i = j, i <> j, i < d, i BETWEEN 0 AND 1, i NOT BETWEEN 0 AND 1, s IN ('a', 'b'),
  s NOT IN ('a', 'b'), i IS DISTINCT FROM j, i IS NOT DISTINCT FROM j, bo IS TRUE, bo IS NOT FALSE, bo AND i > 0, bo OR i > 0
FROM orders;

-- example:
-- orders {"i":1,"j":1,"s":"a","bo":true,"d":1.5}
-- orders {"i":2,"j":1,"s":"b","bo":false,"d":2.0}
-- orders {"i":0,"j":5,"s":"","bo":null,"d":-0.1}
-- orders {"i":null,"j":3,"s":"c","bo":true,"d":1.0}
-- orders {"i":3,"j":null,"s":null,"bo":false,"d":null}
-- orders {"i":null,"j":null,"s":null,"bo":null,"d":null}
-- => {"a":"more","b":"-","c":"no","d":3,"e":3,"f":null,"g":null,"h":null,"i":null,"j":null,"k":false,"l":true,"m":null,"n":null,"o":true,"p":false,"q":false,"r":false,"s":false,"t":true}
-- => {"a":"more","b":"B","c":"no","d":2,"e":2,"f":2,"g":1,"h":false,"i":true,"j":false,"k":false,"l":true,"m":true,"n":false,"o":true,"p":false,"q":false,"r":false,"s":false,"t":true}
-- => {"a":"one","b":"A","c":"yes","d":null,"e":1,"f":1,"g":1,"h":true,"i":false,"j":true,"k":true,"l":false,"m":true,"n":false,"o":false,"p":true,"q":true,"r":true,"s":true,"t":true}
-- => {"a":null,"b":"-","c":"no","d":0,"e":0,"f":5,"g":0,"h":false,"i":true,"j":false,"k":true,"l":false,"m":false,"n":true,"o":true,"p":false,"q":false,"r":true,"s":false,"t":null}
-- => {"a":null,"b":"-","c":"no","d":null,"e":7,"f":null,"g":null,"h":null,"i":null,"j":null,"k":null,"l":null,"m":null,"n":null,"o":false,"p":true,"q":false,"r":true,"s":null,"t":null}
-- => {"a":null,"b":"-","c":"yes","d":null,"e":3,"f":null,"g":null,"h":null,"i":null,"j":null,"k":null,"l":null,"m":false,"n":true,"o":true,"p":false,"q":true,"r":true,"s":null,"t":true}
