-- fails: Flink takes this, Millrace does not yet: the type VARCHAR(20). Way round: use STRING
-- fails: TIMESTAMP, which means 6 digits
-- fails: DECIMAL(39, 2): precision goes from 1 to 38
-- fails: unknown type TEXT. Types:
-- fails: Flink takes this, Millrace does not yet: a MAP whose key is not STRING
CREATE TABLE t (a VARCHAR(20), b TIMESTAMP, c DECIMAL(39, 2), d TEXT, e MAP<INT, INT>) WITH ('connector' = 'kinesis');
