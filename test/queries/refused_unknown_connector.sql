-- fails: WITH: no connector 'kinesys'. Did you mean "kinesis"?
-- fails: CREATE TABLE b: WITH ('connector' = …) is missing
CREATE TABLE a (id STRING) WITH ('connector' = 'kinesys');
CREATE TABLE b (id STRING);
