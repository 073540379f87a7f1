// Joins, Top-N and what has no windows, beside the windows of scenario.ts.

/** How long a key is remembered, in seconds: less than the gaps that some schedules have between their events. */
export const TTL_SECONDS = 20;
/** l.t - r.t of a pair lies between, in seconds. */
export const LOW_SECONDS = -3;
export const HIGH_SECONDS = 2;

export const RELATION_TABLES = `
CREATE TABLE best (k STRING, s TIMESTAMP(3), r BIGINT, n BIGINT, i STRING)
WITH ('connector' = 'sqs', 'queue-url' = 'https://sqs.eu-north-1.amazonaws.com/123456789012/best.fifo');
CREATE TABLE pairs (k STRING, t TIMESTAMP(3), a STRING, b STRING, WATERMARK FOR t AS t) WITH ('connector' = 'kinesis');
CREATE TABLE pair_counts (k STRING, s TIMESTAMP(3), n BIGINT, m BIGINT)
WITH ('connector' = 'kafka', 'topic' = 'pairs', 'properties.bootstrap.servers' = 'b:9092', 'format' = 'json', 'key.format' = 'raw', 'key.fields' = 'k');
CREATE TABLE meets (k STRING, a STRING, b STRING, t TIMESTAMP(3), WATERMARK FOR t AS t) WITH ('connector' = 'kinesis');
CREATE TABLE meet_counts (k STRING, s TIMESTAMP(3), n BIGINT) WITH ('connector' = 'http-sink', 'url' = 'https://hooks.example/meets');
CREATE TABLE totals (k STRING, n BIGINT, v BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'dynamodb', 'millrace.ttl' = '${TTL_SECONDS} s');
CREATE TABLE firsts (k STRING, v BIGINT, i STRING) WITH ('connector' = 'eventbridge', 'bus' = 'chaos', 'millrace.ttl' = '${TTL_SECONDS} s');
CREATE TABLE tops (k STRING, r BIGINT, n BIGINT, i STRING, PRIMARY KEY (k, r) NOT ENFORCED)
WITH ('connector' = 'jdbc', 'url' = 'jdbc:postgresql://db.example:5432/chaos', 'millrace.ttl' = '${TTL_SECONDS} s');
`;

export const RELATIONS: Readonly<Record<string, string>> = {
  best: `INSERT INTO best SELECT k, window_start, rn, n, i
    FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, k ORDER BY n DESC) AS rn
    FROM TABLE(HOP(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND, INTERVAL '20' SECOND))) WHERE rn <= 2`,
  pairs: `INSERT INTO pairs SELECT l.k, l.window_time, l.i, r.i
    FROM (SELECT * FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND)) WHERE v < 3) l
    LEFT JOIN (SELECT * FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND)) WHERE v >= 2) r
    ON l.k = r.k AND l.window_start = r.window_start AND l.window_end = r.window_end`,
  pair_counts: `INSERT INTO pair_counts SELECT k, window_start, COUNT(*), COUNT(b)
    FROM TABLE(HOP(TABLE pairs, DESCRIPTOR(t), INTERVAL '10' SECOND, INTERVAL '20' SECOND)) GROUP BY k, window_start, window_end`,
  meets: `INSERT INTO meets SELECT l.k, l.i, r.i, GREATEST(l.t, r.t)
    FROM (SELECT * FROM clicks WHERE v < 3) l
    JOIN (SELECT * FROM clicks WHERE v >= 2) r
    ON l.k = r.k AND l.t BETWEEN r.t - INTERVAL '${-LOW_SECONDS}' SECOND AND r.t + INTERVAL '${HIGH_SECONDS}' SECOND`,
  meet_counts: `INSERT INTO meet_counts SELECT k, window_start, COUNT(*)
    FROM TABLE(TUMBLE(TABLE meets, DESCRIPTOR(t), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end`,
  totals: `INSERT INTO totals SELECT k, COUNT(*), SUM(n) FROM clicks GROUP BY k`,
  firsts: `INSERT INTO firsts SELECT k, v, i
    FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k, v ORDER BY t) AS rn FROM clicks) WHERE rn = 1`,
  tops: `INSERT INTO tops SELECT k, rn, n, i
    FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY n DESC) AS rn FROM clicks) WHERE rn <= 2`,
};
