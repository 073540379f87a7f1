-- Fields of a ROW, elements of an ARRAY (from 1) and of a MAP; what is not there is NULL.
CREATE TABLE orders (id INT, customer ROW<name STRING, address ROW<city STRING>>, tags ARRAY<STRING>, prices MAP<STRING, DECIMAL(6, 2)>)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE flat (id INT, name STRING, city STRING, first_tag STRING, third_tag STRING, price DECIMAL(6, 2), tags ARRAY<STRING>)
WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO flat
SELECT id, customer.name, o.customer.address.city, tags[1], tags[3], prices['mug'], tags
FROM orders AS o;

-- example:
-- orders {"id":1,"customer":{"name":"Ann","address":{"city":"Oslo"}},"tags":["a","b"],"prices":{"mug":7.5}}
-- orders {"id":2,"customer":{"name":"Bob","address":null},"tags":[],"prices":{"cup":1}}
-- orders {"id":3,"customer":null,"tags":null,"prices":null}
-- => {"id":1,"name":"Ann","city":"Oslo","first_tag":"a","third_tag":null,"price":"7.50","tags":["a","b"]}
-- => {"id":2,"name":"Bob","city":null,"first_tag":null,"third_tag":null,"price":null,"tags":[]}
-- => {"id":3,"name":null,"city":null,"first_tag":null,"third_tag":null,"price":null,"tags":null}
