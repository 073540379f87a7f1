-- JSON in a text: values of each kind, missing ones, broken documents.
CREATE TABLE orders (j STRING)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE out_table (a STRING, b STRING, c STRING, d STRING, e BOOLEAN, f BOOLEAN, g STRING, h STRING, i STRING)
WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO out_table
SELECT JSON_VALUE(j, '$.a'), JSON_VALUE(j, '$.b.c'), JSON_VALUE(j, '$.l[1]'), JSON_VALUE(j, '$.a' DEFAULT 'broken' ON ERROR), JSON_EXISTS(j, '$.a'),
  JSON_EXISTS(j, '$.l[0]'), JSON_VALUE(j, '$[''w y'']'), JSON_VALUE(j, '$.l'), JSON_VALUE(j, '$')
FROM orders;

-- example:
-- orders {"j":"{\"a\":1,\"b\":{\"c\":\"x\"},\"l\":[1,2.50],\"w y\":true}"}
-- orders {"j":"{\"a\":null,\"b\":{},\"l\":[]}"}
-- orders {"j":"{\"a\":{\"z\":1},\"b\":{\"c\":[1]},\"l\":[{},\"t\"]}"}
-- orders {"j":"{\"a\":\"te\\\"xt\",\"b\":3}"}
-- orders {"j":"[1,2]"}
-- orders {"j":"\"text\""}
-- orders {"j":"12"}
-- orders {"j":"{broken"}
-- orders {"j":""}
-- orders {"j":null}
-- => {"a":"1","b":"x","c":"2.50","d":"1","e":true,"f":true,"g":"true","h":null,"i":null}
-- => {"a":"te\"xt","b":null,"c":null,"d":"te\"xt","e":true,"f":false,"g":null,"h":null,"i":null}
-- => {"a":null,"b":null,"c":"t","d":"broken","e":true,"f":true,"g":null,"h":null,"i":null}
-- => {"a":null,"b":null,"c":null,"d":"broken","e":false,"f":false,"g":null,"h":null,"i":"12"}
-- => {"a":null,"b":null,"c":null,"d":"broken","e":false,"f":false,"g":null,"h":null,"i":"text"}
-- => {"a":null,"b":null,"c":null,"d":"broken","e":false,"f":false,"g":null,"h":null,"i":null}
-- => {"a":null,"b":null,"c":null,"d":"broken","e":false,"f":false,"g":null,"h":null,"i":null}
-- => {"a":null,"b":null,"c":null,"d":"broken","e":false,"f":false,"g":null,"h":null,"i":null}
-- => {"a":null,"b":null,"c":null,"d":"broken","e":false,"f":false,"g":null,"h":null,"i":null}
-- => {"a":null,"b":null,"c":null,"d":null,"e":null,"f":null,"g":null,"h":null,"i":null}
