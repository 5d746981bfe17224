-- A row that has no value for what an operator keeps rows for is left out alone, as one that WHERE cannot judge is: the
-- other rows of its window, session, partition or group stay, and so does the pipeline.
CREATE CONNECTION feed TO file (path = 'bad_values.ndjson');
CREATE TABLE s (k TEXT, v TEXT, n INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE CONNECTION again TO file (path = 'bad_values.ndjson');
CREATE TABLE r (k TEXT, v TEXT, n INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'again');

-- Arguments, orders and conditions of aggregates that keep rows.
CREATE TABLE windows (began TIMESTAMP, middle DOUBLE, all_of_them INTEGER[], numbers BIGINT, last_key TEXT, of_largest TEXT, keys TEXT);
CREATE PIPELINE windows_p AS INSERT INTO windows SELECT TUMBLE_START(ts, INTERVAL '10 seconds') AS began, median(CAST(v AS INTEGER)) AS middle,
    list(v::INTEGER ORDER BY n) AS all_of_them, COUNT(DISTINCT CAST(v AS INTEGER)) AS numbers, MAX(k ORDER BY CAST(v AS INTEGER)) AS last_key,
    arg_max(k, v::INTEGER) AS of_largest, string_agg(k, ',' ORDER BY v::INTEGER DESC) AS keys
    FROM s GROUP BY TUMBLE(ts, INTERVAL '10 seconds');
CREATE TABLE filtered (began TIMESTAMP, middle DOUBLE, n BIGINT);
CREATE PIPELINE filtered_p AS INSERT INTO filtered SELECT TUMBLE_START(ts, INTERVAL '10 seconds') AS began, quantile_cont(n, 0.5) FILTER (WHERE v::INTEGER > 1) AS middle,
    COUNT(*) AS n FROM s GROUP BY TUMBLE(ts, INTERVAL '10 seconds');
CREATE TABLE hops (began TIMESTAMP, all_of_them INTEGER[]);
CREATE PIPELINE hops_p AS INSERT INTO hops SELECT HOP_START(ts, INTERVAL '10 seconds', INTERVAL '20 seconds') AS began, list(v::INTEGER ORDER BY n) AS all_of_them
    FROM s GROUP BY HOP(ts, INTERVAL '10 seconds', INTERVAL '20 seconds');
-- What guards itself has a value, and so has what is asked with TRY_CAST.
CREATE TABLE guarded (began TIMESTAMP, middle DOUBLE, tried DOUBLE, n BIGINT);
CREATE PIPELINE guarded_p AS INSERT INTO guarded SELECT TUMBLE_START(ts, INTERVAL '10 seconds') AS began, median(CASE WHEN v <> 'x' THEN v::INTEGER END) AS middle,
    median(TRY_CAST(v AS INTEGER)) AS tried, COUNT(*) AS n FROM s GROUP BY TUMBLE(ts, INTERVAL '10 seconds');
-- Window functions: arguments, partitions, orders, items beside them.
CREATE TABLE summed (v TEXT, sum HUGEINT);
CREATE PIPELINE summed_p AS INSERT INTO summed SELECT v, SUM(v::INTEGER) OVER (ORDER BY ts ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS sum FROM s;
CREATE TABLE parted (v TEXT, before TEXT);
CREATE PIPELINE parted_p AS INSERT INTO parted SELECT v, LAG(v) OVER (PARTITION BY v::INTEGER % 2 ORDER BY ts) AS before FROM s;
CREATE TABLE numbered (i INTEGER, number BIGINT);
CREATE PIPELINE numbered_p AS INSERT INTO numbered SELECT v::INTEGER AS i, ROW_NUMBER() OVER (PARTITION BY TUMBLE(ts, INTERVAL '1 day') ORDER BY i DESC) AS number FROM s;
CREATE TABLE firsts (k TEXT, v TEXT, PRIMARY KEY (k));
CREATE PIPELINE firsts_p AS INSERT INTO firsts SELECT k, v FROM s QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY v::INTEGER) <= 1;
-- Sessions: arguments and keys.
CREATE TABLE sessions (odd INTEGER, sum HUGEINT, n BIGINT);
CREATE PIPELINE sessions_p AS INSERT INTO sessions SELECT v::INTEGER % 2 AS odd, SUM(v::INTEGER) AS sum, COUNT(*) AS n FROM s
    GROUP BY v::INTEGER % 2, SESSION(ts, INTERVAL '7 seconds');
-- GROUPING SETS, with keys that are written once more, by position and by alias.
CREATE TABLE sets (k TEXT, odd INTEGER, n BIGINT);
CREATE PIPELINE sets_p AS INSERT INTO sets SELECT k, v::INTEGER % 2 AS odd, COUNT(*) AS n FROM s GROUP BY TUMBLE(ts, INTERVAL '1 day'), ROLLUP (1, odd);
-- Groups that change.
CREATE TABLE changing (k TEXT, list TEXT, numbers BIGINT, middle DOUBLE, PRIMARY KEY (k));
CREATE PIPELINE changing_p AS INSERT INTO changing SELECT k, string_agg(v ORDER BY v::INTEGER DESC) AS list, COUNT(DISTINCT v::INTEGER) AS numbers,
    median(v::INTEGER) AS middle FROM s GROUP BY k;
-- Joins: keys of either side, also those that the engine makes comparable by itself.
CREATE TABLE pairs (v TEXT, n INTEGER);
CREATE PIPELINE pairs_p AS INSERT INTO pairs SELECT a.v, b.n FROM s AS a JOIN r AS b ON a.v::INTEGER = b.n AND a.ts BETWEEN b.ts - INTERVAL '3 seconds' AND b.ts + INTERVAL '3 seconds';
CREATE TABLE implied (n INTEGER, v TEXT);
CREATE PIPELINE implied_p AS INSERT INTO implied SELECT a.n, b.v FROM s AS a LEFT JOIN r AS b ON a.n = b.v AND a.ts BETWEEN b.ts - INTERVAL '3 seconds' AND b.ts + INTERVAL '3 seconds';
CREATE TABLE unbounded (n INTEGER, v TEXT);
CREATE PIPELINE unbounded_p AS INSERT INTO unbounded SELECT a.n, b.v FROM s AS a JOIN r AS b ON a.n = b.v::INTEGER;
CREATE TABLE latest (n INTEGER, v TEXT);
CREATE PIPELINE latest_p AS INSERT INTO latest SELECT a.n, b.v FROM s AS a ASOF LEFT JOIN r AS b ON a.n % 2 = b.v::INTEGER % 2 AND a.ts >= b.ts;

WAIT FOR windows COUNT 3 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM windows ORDER BY began;
WAIT FOR filtered COUNT 3 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM filtered ORDER BY began;
WAIT FOR hops COUNT 5 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM hops ORDER BY began;
WAIT FOR guarded COUNT 3 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM guarded ORDER BY began;
WAIT FOR summed COUNT 5 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM summed ORDER BY v;
WAIT FOR parted COUNT 5 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM parted ORDER BY v;
WAIT FOR numbered COUNT 5 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM numbered ORDER BY i;
WAIT FOR firsts_p READ COUNT 6 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM firsts ORDER BY k;
WAIT FOR sessions COUNT 4 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM sessions ORDER BY odd, sum;
WAIT FOR sets COUNT 5 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM sets ORDER BY k, odd;
WAIT FOR changing_p READ COUNT 6 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM changing ORDER BY k;
WAIT FOR pairs COUNT 3 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM pairs ORDER BY n;
WAIT FOR implied COUNT 6 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM implied ORDER BY n;
WAIT FOR unbounded COUNT 5 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM unbounded ORDER BY n;
WAIT FOR latest COUNT 6 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM latest ORDER BY n;
SELECT name, state, errors, last_error FROM system.pipelines ORDER BY name;
