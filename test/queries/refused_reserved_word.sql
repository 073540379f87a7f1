-- fails: not SQL: CREATE TABLE: "value" is a reserved word in Flink SQL; as a name write `value` in backticks
CREATE TABLE t (value INT) WITH ('connector' = 'kinesis');
