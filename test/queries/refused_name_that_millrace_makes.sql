-- fails: the name a~b. Way round: leave ~ out
CREATE TABLE `a~b` (x INT) WITH ('connector' = 'kinesis');
