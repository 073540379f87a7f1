-- fails: CREATE TABLE rates: a reference table ('millrace.reference') has one key column: PRIMARY KEY (x) NOT ENFORCED
-- fails: WITH: 'millrace.ttl' does not go with 'millrace.reference', a table of rows from a file
CREATE TABLE rates (x INT, y STRING, PRIMARY KEY (x, y) NOT ENFORCED) WITH ('connector' = 'jdbc', 'millrace.reference' = 'rates', 'millrace.ttl' = '1 d');
