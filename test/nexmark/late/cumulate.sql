CREATE TABLE counts (bidder BIGINT, window_start TIMESTAMP(3), window_end TIMESTAMP(3), n BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');
INSERT INTO counts
SELECT bidder, window_start, window_end, COUNT(*)
FROM TABLE(CUMULATE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '5' SECOND, INTERVAL '30' SECOND))
GROUP BY bidder, window_start, window_end;
