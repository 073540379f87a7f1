-- Reserved words are names in backticks; keywords are case-blind, names are not. /* A comment; with a semicolon. */
create table `order` (`value` int, `Value` int, `a b` string, ts timestamp(3), watermark for ts as ts - interval '1' second)
with ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE sums (`count` BIGINT, `sum` INT, text STRING) WITH ('connector' = 'kinesis', 'format' = 'json');

insert into sums
select count(*) `count`, sum(`value` + `Value`) as `sum`, max(`a b` || ' it''s; -- no comment')
from table(tumble(table `order`, descriptor(ts), interval '1' second)) group by window_start, window_end;

-- example:
-- order {"value":1,"Value":10,"a b":"x","ts":"2026-03-01 12:00:00.000"}
-- order {"value":2,"Value":20,"a b":"y","ts":"2026-03-01 12:00:00.999"}
-- => {"count":2,"sum":33,"text":"y it's; -- no comment"}
