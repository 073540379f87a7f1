-- TRY_CAST of texts, and CAST between types: what does not fit is NULL, cut, rounded or wrapped.
CREATE TABLE orders (s STRING, b BIGINT, d DOUBLE, m DECIMAL(12, 4), ts TIMESTAMP(3), bo BOOLEAN)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE out_table (
  a INT, b BIGINT, c DOUBLE, d DECIMAL(6, 2), e BOOLEAN, f DATE, g TIMESTAMP(3), h INT, i INT, j BIGINT, k DECIMAL(6, 1), l STRING, m STRING, n STRING,
  o STRING, p STRING, q DATE, r DOUBLE, s DECIMAL(10, 2), t INT
) WITH ('connector' = 'kinesis', 'format' = 'json');

INSERT INTO out_table
SELECT TRY_CAST(s AS INT), TRY_CAST(s AS BIGINT), TRY_CAST(s AS DOUBLE), TRY_CAST(s AS DECIMAL(6, 2)), TRY_CAST(s AS BOOLEAN), TRY_CAST(s AS DATE),
  TRY_CAST(s AS TIMESTAMP(3)), CAST(b AS INT), CAST(d AS INT), CAST(m AS BIGINT), CAST(m AS DECIMAL(6, 1)), CAST(b AS STRING), CAST(d AS STRING),
  CAST(m AS STRING), CAST(bo AS STRING), CAST(ts AS STRING), CAST(ts AS DATE), CAST(m AS DOUBLE), CAST(d AS DECIMAL(10, 2)), CAST(bo AS INT)
FROM orders;

-- example:
-- orders {"s":"12","b":12,"d":12.5,"m":12.3456,"ts":"2026-03-01 12:00:00.000","bo":true}
-- orders {"s":" 7 ","b":2147483648,"d":-3.99,"m":-12.25,"ts":"2026-03-01 23:59:59.999","bo":false}
-- orders {"s":"3.999","b":-2147483649,"d":1e21,"m":0.05,"ts":"2000-02-29 00:00:00.001","bo":null}
-- orders {"s":"1e3","b":0,"d":1e-5,"m":-0.05,"ts":null,"bo":true}
-- orders {"s":"abc","b":null,"d":null,"m":null,"ts":null,"bo":null}
-- orders {"s":"","b":1,"d":100,"m":1,"ts":"1970-01-01 00:00:00.000","bo":false}
-- orders {"s":null,"b":1,"d":0.1,"m":99999.95,"ts":"2026-12-31 10:20:30.400","bo":true}
-- orders {"s":"true","b":1,"d":1234567.0,"m":1,"ts":"2026-03-01 12:00:00.120","bo":true}
-- orders {"s":"2024-02-29","b":1,"d":12345678.0,"m":1,"ts":"2026-03-01 12:00:00.100","bo":true}
-- orders {"s":"2024-02-29 10:11:12.5","b":1,"d":0.001,"m":1,"ts":"2026-03-01 12:00:00.010","bo":true}
-- orders {"s":"99999.995","b":1,"d":-0.0,"m":1,"ts":"2026-03-01 12:00:10.000","bo":true}
-- => {"a":12,"b":12,"c":12.0,"d":"12.00","e":null,"f":"0012-01-01","g":null,"h":12,"i":12,"j":12,"k":"12.3","l":"12","m":"12.5","n":"12.3456","o":"TRUE","p":"2026-03-01 12:00:00.000","q":"2026-03-01","r":12.3456,"s":"12.50","t":1}
-- => {"a":3,"b":3,"c":3.999,"d":"4.00","e":null,"f":null,"g":null,"h":2147483647,"i":2147483647,"j":0,"k":"0.1","l":"-2147483649","m":"1.0E21","n":"0.0500","o":null,"p":"2000-02-29 00:00:00.001","q":"2000-02-29","r":0.05,"s":null,"t":null}
-- => {"a":7,"b":7,"c":7.0,"d":"7.00","e":null,"f":"0007-01-01","g":null,"h":-2147483648,"i":-3,"j":-12,"k":"-12.3","l":"2147483648","m":"-3.99","n":"-12.2500","o":"FALSE","p":"2026-03-01 23:59:59.999","q":"2026-03-01","r":-12.25,"s":"-3.99","t":0}
-- => {"a":99999,"b":99999,"c":99999.995,"d":null,"e":null,"f":null,"g":null,"h":1,"i":0,"j":1,"k":"1.0","l":"1","m":"-0.0","n":"1.0000","o":"TRUE","p":"2026-03-01 12:00:10.000","q":"2026-03-01","r":1.0,"s":"0.00","t":1}
-- => {"a":null,"b":null,"c":1000.0,"d":"1000.00","e":null,"f":null,"g":null,"h":0,"i":0,"j":0,"k":"-0.1","l":"0","m":"1.0E-5","n":"-0.0500","o":"TRUE","p":null,"q":null,"r":-0.05,"s":"0.00","t":1}
-- => {"a":null,"b":null,"c":null,"d":null,"e":null,"f":"2024-02-29","g":"2024-02-29 00:00:00.000","h":1,"i":12345678,"j":1,"k":"1.0","l":"1","m":"1.2345678E7","n":"1.0000","o":"TRUE","p":"2026-03-01 12:00:00.100","q":"2026-03-01","r":1.0,"s":"12345678.00","t":1}
-- => {"a":null,"b":null,"c":null,"d":null,"e":null,"f":"2024-02-29","g":"2024-02-29 10:11:12.500","h":1,"i":0,"j":1,"k":"1.0","l":"1","m":"0.001","n":"1.0000","o":"TRUE","p":"2026-03-01 12:00:00.010","q":"2026-03-01","r":1.0,"s":"0.00","t":1}
-- => {"a":null,"b":null,"c":null,"d":null,"e":null,"f":null,"g":null,"h":1,"i":0,"j":99999,"k":null,"l":"1","m":"0.1","n":"99999.9500","o":"TRUE","p":"2026-12-31 10:20:30.400","q":"2026-12-31","r":99999.95,"s":"0.10","t":1}
-- => {"a":null,"b":null,"c":null,"d":null,"e":null,"f":null,"g":null,"h":1,"i":100,"j":1,"k":"1.0","l":"1","m":"100.0","n":"1.0000","o":"FALSE","p":"1970-01-01 00:00:00.000","q":"1970-01-01","r":1.0,"s":"100.00","t":0}
-- => {"a":null,"b":null,"c":null,"d":null,"e":null,"f":null,"g":null,"h":null,"i":null,"j":null,"k":null,"l":null,"m":null,"n":null,"o":null,"p":null,"q":null,"r":null,"s":null,"t":null}
-- => {"a":null,"b":null,"c":null,"d":null,"e":true,"f":null,"g":null,"h":1,"i":1234567,"j":1,"k":"1.0","l":"1","m":"1234567.0","n":"1.0000","o":"TRUE","p":"2026-03-01 12:00:00.120","q":"2026-03-01","r":1.0,"s":"1234567.00","t":1}
