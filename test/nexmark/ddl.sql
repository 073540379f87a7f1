-- The tables of Nexmark and the destinations of its queries. Flink reads the same text; its connector is the reader's to give.
CREATE TABLE person (
  id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, state STRING,
  `dateTime` TIMESTAMP(3), extra STRING, shard INT, seq BIGINT,
  WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'person.v1');

CREATE TABLE auction (
  id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT,
  `dateTime` TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra STRING, shard INT, seq BIGINT,
  WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'auction.v1');

CREATE TABLE bid (
  auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING,
  `dateTime` TIMESTAMP(3), extra STRING, shard INT, seq BIGINT,
  WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'bid.v1');

-- A reference table: side_input.csv of the pipeline's reference folder.
CREATE TABLE side_input (
  id BIGINT, `value` STRING,
  PRIMARY KEY (id) NOT ENFORCED
) WITH ('connector' = 'jdbc', 'millrace.reference' = 'side_input');

CREATE TABLE out_q0 (auction BIGINT, bidder BIGINT, price BIGINT, `dateTime` TIMESTAMP(3), extra STRING)
WITH ('connector' = 'kinesis', 'format' = 'json');

CREATE TABLE out_q1 (auction BIGINT, bidder BIGINT, price DECIMAL(23, 3), `dateTime` TIMESTAMP(3), extra STRING)
WITH ('connector' = 'kinesis', 'format' = 'json');

CREATE TABLE out_q2 (auction BIGINT, price BIGINT)
WITH ('connector' = 'kinesis', 'format' = 'json');

CREATE TABLE out_q5 (window_end TIMESTAMP(3), auction BIGINT, num BIGINT)
WITH ('connector' = 'kinesis', 'format' = 'json');

CREATE TABLE out_q7 (
  window_end TIMESTAMP(3), auction BIGINT, price BIGINT, bidder BIGINT, `dateTime` TIMESTAMP(3), extra STRING
) WITH ('connector' = 'kinesis', 'format' = 'json');

CREATE TABLE out_q8 (id BIGINT, name STRING, starttime TIMESTAMP(3))
WITH ('connector' = 'kinesis', 'format' = 'json');

CREATE TABLE out_q11 (bidder BIGINT, bid_count BIGINT, starttime TIMESTAMP(3), endtime TIMESTAMP(3))
WITH ('connector' = 'kinesis', 'format' = 'json');

CREATE TABLE out_q12 (bidder BIGINT, bid_count BIGINT, starttime TIMESTAMP(3), endtime TIMESTAMP(3))
WITH ('connector' = 'kinesis', 'format' = 'json');

CREATE TABLE out_q13 (auction BIGINT, bidder BIGINT, price BIGINT, `dateTime` TIMESTAMP(3), `value` STRING)
WITH ('connector' = 'kinesis', 'format' = 'json');

CREATE TABLE out_q14 (
  auction BIGINT, bidder BIGINT, price DECIMAL(23, 3), bidTimeType STRING, `dateTime` TIMESTAMP(3), extra STRING,
  c_counts BIGINT
) WITH ('connector' = 'kinesis', 'format' = 'json');

CREATE TABLE out_q15 (
  `day` STRING, total_bids BIGINT, rank1_bids BIGINT, rank2_bids BIGINT, rank3_bids BIGINT,
  total_bidders BIGINT, rank1_bidders BIGINT, rank2_bidders BIGINT, rank3_bidders BIGINT,
  total_auctions BIGINT, rank1_auctions BIGINT, rank2_auctions BIGINT, rank3_auctions BIGINT,
  PRIMARY KEY (`day`) NOT ENFORCED
) WITH ('connector' = 'dynamodb', 'millrace.ttl' = '2 d');

CREATE TABLE out_q16 (
  channel STRING, `day` STRING, `minute` STRING, total_bids BIGINT, rank1_bids BIGINT, rank2_bids BIGINT, rank3_bids BIGINT,
  total_bidders BIGINT, rank1_bidders BIGINT, rank2_bidders BIGINT, rank3_bidders BIGINT,
  total_auctions BIGINT, rank1_auctions BIGINT, rank2_auctions BIGINT, rank3_auctions BIGINT,
  PRIMARY KEY (channel, `day`) NOT ENFORCED
) WITH ('connector' = 'dynamodb', 'millrace.ttl' = '2 d');

CREATE TABLE out_q17 (
  auction BIGINT, `day` STRING, total_bids BIGINT, rank1_bids BIGINT, rank2_bids BIGINT, rank3_bids BIGINT,
  min_price BIGINT, max_price BIGINT, avg_price BIGINT, sum_price BIGINT,
  PRIMARY KEY (auction, `day`) NOT ENFORCED
) WITH ('connector' = 'dynamodb', 'millrace.ttl' = '2 d');

CREATE TABLE out_q18 (
  auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, `dateTime` TIMESTAMP(3), extra STRING,
  PRIMARY KEY (bidder, auction) NOT ENFORCED
) WITH ('connector' = 'dynamodb', 'millrace.ttl' = '2 d');

CREATE TABLE out_q19 (
  auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, `dateTime` TIMESTAMP(3), extra STRING,
  rank_number BIGINT,
  PRIMARY KEY (auction, rank_number) NOT ENFORCED
) WITH ('connector' = 'dynamodb', 'millrace.ttl' = '2 d');

CREATE TABLE out_q21 (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, channel_id STRING)
WITH ('connector' = 'kinesis', 'format' = 'json');

CREATE TABLE out_q22 (
  auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, dir1 STRING, dir2 STRING, dir3 STRING
) WITH ('connector' = 'kinesis', 'format' = 'json');
