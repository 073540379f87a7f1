CREATE TABLE counts (bidder BIGINT, window_start TIMESTAMP(3), window_end TIMESTAMP(3), n BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');
INSERT INTO counts
SELECT bidder, window_start, window_end, COUNT(*)
FROM TABLE(SESSION(TABLE bid PARTITION BY bidder, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))
GROUP BY bidder, window_start, window_end;
