-- fails: WITH: no connector 'kinesys'. Did you mean "kinesis"?
-- fails: CREATE TABLE b: WITH ('connector' = …) is missing. Connectors
-- fails: CREATE TABLE c: WITH ('connector' = …) is missing, found 'conector'
CREATE TABLE a (id STRING) WITH ('connector' = 'kinesys');
CREATE TABLE b (id STRING);
CREATE TABLE c (id STRING) WITH ('conector' = 'kinesis');
