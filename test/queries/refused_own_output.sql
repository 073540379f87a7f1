-- fails: FROM: the query reads its own output and could never close a window: query -> query-2 -> query
-- fails: FROM: the query reads its own output and could never close a window: query-2 -> query -> query-2
CREATE TABLE a (v INT, t TIMESTAMP(3)) WITH ('connector' = 'kinesis');
CREATE TABLE b (v INT, t TIMESTAMP(3)) WITH ('connector' = 'kinesis');
INSERT INTO b SELECT v, t FROM a;
INSERT INTO a SELECT v, t FROM b;
