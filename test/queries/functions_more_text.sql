-- Texts by pattern, in other forms, and hashed.
CREATE TABLE orders (s STRING, p STRING, n INT)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE out_table (
  a STRING, b STRING, c BOOLEAN, d STRING, e BOOLEAN, f BOOLEAN, g BOOLEAN, h STRING, i STRING, j STRING, k STRING, l STRING, m STRING, n STRING
) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO out_table
SELECT INITCAP(s), CONCAT_WS('/', s, p, 'z'), REGEXP(s, '^[a-c]+$'), REGEXP_REPLACE(s, '[aeiou]', '*'), s LIKE 'a%', s LIKE '%b\_c%' ESCAPE '\',
  s NOT LIKE '_b%', REGEXP_EXTRACT(s, '([a-z]+)([0-9]+)', 2), REGEXP_EXTRACT(s, '([a-z]+)([0-9]+)'), MD5(s), SHA1(s), SHA256(s), BTRIM(s), SPLIT_INDEX(s, ' ', n)
FROM orders;

-- example:
-- orders {"s":"abc","p":"x","n":0}
-- orders {"s":"hello wORLD o'neil","p":null,"n":1}
-- orders {"s":"","p":"","n":0}
-- orders {"s":null,"p":"q","n":0}
-- orders {"s":"ab_c12 de34","p":"q","n":1}
-- orders {"s":"abxc","p":"q","n":2}
-- orders {"s":" Ünï-cödé 7 ","p":"q","n":null}
-- => {"a":" ÜNï-CöDé 7 ","b":" Ünï-cödé 7 /q/z","c":false,"d":" Ünï-cödé 7 ","e":false,"f":false,"g":true,"h":null,"i":null,"j":"b15a9c675b29dcdf95ec685e08896a4d","k":"4fa693e98b56cb98d487153fb3ae20d388e7b870","l":"6a622b57ad69b11521c6b3430f7e1021d2e518f36327c1cd4ddc5007c88da336","m":"Ünï-cödé 7","n":null}
-- => {"a":"","b":"//z","c":false,"d":"","e":false,"f":false,"g":true,"h":null,"i":null,"j":"d41d8cd98f00b204e9800998ecf8427e","k":"da39a3ee5e6b4b0d3255bfef95601890afd80709","l":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","m":"","n":null}
-- => {"a":"Ab_C12 De34","b":"ab_c12 de34/q/z","c":false,"d":"*b_c12 d*34","e":true,"f":true,"g":false,"h":"12","i":"c12","j":"20d03b64648e0cf749c503c785aa372e","k":"6578b5827f383735e6ecd1070fc49823fdaf3b82","l":"79acb40ef6e791405dd57bf91647ba50279e8c8bd153a131e1336a65e55c32cb","m":"ab_c12 de34","n":"de34"}
-- => {"a":"Abc","b":"abc/x/z","c":true,"d":"*bc","e":true,"f":false,"g":false,"h":null,"i":null,"j":"900150983cd24fb0d6963f7d28e17f72","k":"a9993e364706816aba3e25717850c26c9cd0d89d","l":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","m":"abc","n":"abc"}
-- => {"a":"Abxc","b":"abxc/q/z","c":false,"d":"*bxc","e":true,"f":false,"g":false,"h":null,"i":null,"j":"9fc05b443c1e7f7616fbe202f6d700d9","k":"377d643763bea19283b63a20e0da11975b803ff6","l":"9fa4bb75da5496c865832a3d293f4932541f717f11cfd718869aef8d1196f54a","m":"abxc","n":null}
-- => {"a":"Hello World O'Neil","b":"hello wORLD o'neil/z","c":false,"d":"h*ll* wORLD *'n**l","e":false,"f":false,"g":true,"h":null,"i":null,"j":"9747e4b4131d038e5cf1174659c53e38","k":"208773b4d9130a8b83e7c5229d3defb34bbc1c8f","l":"90dbeed430847a809703e424622c1539079f370e635f58b5d2a7b8f9e9a0e159","m":"hello wORLD o'neil","n":"wORLD"}
-- => {"a":null,"b":"q/z","c":null,"d":null,"e":null,"f":null,"g":null,"h":null,"i":null,"j":null,"k":null,"l":null,"m":null,"n":null}
