-- Text: every function over plain, empty, NULL and non-ASCII texts, and counts below and beyond them.
CREATE TABLE orders (s STRING, t STRING, n INT)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE out_table (
  a STRING, b STRING, c STRING, d INT, e STRING, f STRING, g STRING, h STRING, i STRING, j INT, k STRING, l STRING, m STRING, n STRING,
  o STRING, p STRING, q STRING, r STRING, s STRING, t STRING, u STRING, v INT, w INT, x BOOLEAN, y BOOLEAN, z STRING, zz INT
) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO out_table
SELECT s || t, UPPER(s), LOWER(s), CHAR_LENGTH(s), TRIM(s), TRIM(LEADING 'a' FROM s), TRIM(TRAILING 'a' FROM s), TRIM(BOTH 'a' FROM s),
  SUBSTRING(s FROM n), POSITION(t IN s), SUBSTRING(s FROM n FOR 2), REPLACE(s, t, '-'), CONCAT(s, t), SPLIT_INDEX(s, 'a', n),
  LEFT(s, n), RIGHT(s, n), LPAD(s, n, t), RPAD(s, n, t), LTRIM(s), RTRIM(s), REPEAT(t, n), LOCATE(t, s), INSTR(s, t),
  STARTSWITH(s, t), ENDSWITH(s, t), REVERSE(s), CHARACTER_LENGTH(s)
FROM orders;

-- example:
-- orders {"s":"banana","t":"an","n":2}
-- orders {"s":"aaa","t":"a","n":0}
-- orders {"s":"","t":"x","n":1}
-- orders {"s":"x","t":"","n":3}
-- orders {"s":null,"t":"x","n":1}
-- orders {"s":"x","t":null,"n":1}
-- orders {"s":"x","t":"y","n":null}
-- orders {"s":"  Ünï  ","t":"ï","n":-1}
-- orders {"s":"naïve café","t":"é","n":5}
-- orders {"s":"ab","t":"ab","n":10}
-- orders {"s":"a,b;a","t":";","n":-3}
-- => {"a":"  Ünï  ï","b":"  ÜNÏ  ","c":"  ünï  ","d":7,"e":"Ünï","f":"  Ünï  ","g":"  Ünï  ","h":"  Ünï  ","i":" ","j":5,"k":" ","l":"  Ün-  ","m":"  Ünï  ï","n":null,"o":"","p":"","q":null,"r":null,"s":"Ünï  ","t":"  Ünï","u":"","v":5,"w":5,"x":false,"y":false,"z":"  ïnÜ  ","zz":7}
-- => {"a":"a,b;a;","b":"A,B;A","c":"a,b;a","d":5,"e":"a,b;a","f":",b;a","g":"a,b;","h":",b;","i":"b;a","j":4,"k":"b;","l":"a,b-a","m":"a,b;a;","n":null,"o":"","p":"","q":null,"r":null,"s":"a,b;a","t":"a,b;a","u":"","v":4,"w":4,"x":false,"y":false,"z":"a;b,a","zz":5}
-- => {"a":"aaaa","b":"AAA","c":"aaa","d":3,"e":"aaa","f":"","g":"","h":"","i":"aaa","j":1,"k":"aa","l":"---","m":"aaaa","n":"","o":"","p":"","q":"","r":"","s":"aaa","t":"aaa","u":"","v":1,"w":1,"x":true,"y":true,"z":"aaa","zz":3}
-- => {"a":"abab","b":"AB","c":"ab","d":2,"e":"ab","f":"b","g":"ab","h":"b","i":"","j":1,"k":"","l":"-","m":"abab","n":null,"o":"ab","p":"ab","q":"ababababab","r":"ababababab","s":"ab","t":"ab","u":"abababababababababab","v":1,"w":1,"x":true,"y":true,"z":"ba","zz":2}
-- => {"a":"bananaan","b":"BANANA","c":"banana","d":6,"e":"banana","f":"banana","g":"banan","h":"banan","i":"anana","j":2,"k":"an","l":"b--a","m":"bananaan","n":"n","o":"ba","p":"na","q":"ba","r":"ba","s":"banana","t":"banana","u":"anan","v":2,"w":2,"x":false,"y":false,"z":"ananab","zz":6}
-- => {"a":"naïve caféé","b":"NAÏVE CAFÉ","c":"naïve café","d":10,"e":"naïve café","f":"naïve café","g":"naïve café","h":"naïve café","i":"e café","j":10,"k":"e ","l":"naïve caf-","m":"naïve caféé","n":null,"o":"naïve","p":" café","q":"naïve","r":"naïve","s":"naïve café","t":"naïve café","u":"ééééé","v":10,"w":10,"x":false,"y":true,"z":"éfac evïan","zz":10}
-- => {"a":"x","b":"","c":"","d":0,"e":"","f":"","g":"","h":"","i":"","j":0,"k":"","l":"","m":"x","n":null,"o":"","p":"","q":"x","r":"x","s":"","t":"","u":"x","v":0,"w":0,"x":false,"y":false,"z":"","zz":0}
-- => {"a":"x","b":"X","c":"x","d":1,"e":"x","f":"x","g":"x","h":"x","i":"","j":1,"k":"","l":"-x-","m":"x","n":null,"o":"x","p":"x","q":null,"r":null,"s":"x","t":"x","u":"","v":1,"w":1,"x":true,"y":true,"z":"x","zz":1}
-- => {"a":"xy","b":"X","c":"x","d":1,"e":"x","f":"x","g":"x","h":"x","i":null,"j":0,"k":null,"l":"x","m":"xy","n":null,"o":null,"p":null,"q":null,"r":null,"s":"x","t":"x","u":null,"v":0,"w":0,"x":false,"y":false,"z":"x","zz":1}
-- => {"a":null,"b":"X","c":"x","d":1,"e":"x","f":"x","g":"x","h":"x","i":"x","j":null,"k":"x","l":null,"m":null,"n":null,"o":"x","p":"x","q":null,"r":null,"s":"x","t":"x","u":null,"v":null,"w":null,"x":null,"y":null,"z":"x","zz":1}
-- => {"a":null,"b":null,"c":null,"d":null,"e":null,"f":null,"g":null,"h":null,"i":null,"j":null,"k":null,"l":null,"m":null,"n":null,"o":null,"p":null,"q":null,"r":null,"s":null,"t":null,"u":"x","v":null,"w":null,"x":null,"y":null,"z":null,"zz":null}
