-- What is made of an aggregate or a window function and has no value for one result leaves out that result alone: the
-- other groups of the window stay, and so does the pipeline. A group whose result has no value now may have one later.
CREATE CONNECTION feed TO file (path = 'bad_values.ndjson');
CREATE TABLE s (k TEXT, v TEXT, n INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');

-- From parts, and from the rows themselves.
CREATE TABLE of_parts (began TIMESTAMP, k TEXT, highest INTEGER, n BIGINT);
CREATE PIPELINE of_parts_p AS INSERT INTO of_parts SELECT TUMBLE_START(ts, INTERVAL '10 seconds') AS began, k, CAST(MAX(v) AS INTEGER) AS highest, COUNT(*) AS n
    FROM s GROUP BY k, TUMBLE(ts, INTERVAL '10 seconds');
CREATE TABLE of_rows (k TEXT, number INTEGER, began TIMESTAMP);
CREATE PIPELINE of_rows_p AS INSERT INTO of_rows SELECT k, CAST(string_agg(v, '') AS INTEGER) AS number, TUMBLE_START(ts, INTERVAL '10 seconds') AS began FROM s GROUP BY ALL;
CREATE TABLE hops (began TIMESTAMP, k TEXT, number INTEGER);
CREATE PIPELINE hops_p AS INSERT INTO hops SELECT HOP_START(ts, INTERVAL '10 seconds', INTERVAL '20 seconds') AS began, k, MAX(v)::INTEGER AS number
    FROM s GROUP BY k, HOP(ts, INTERVAL '10 seconds', INTERVAL '20 seconds');
CREATE TABLE sessions (k TEXT, number INTEGER);
CREATE PIPELINE sessions_p AS INSERT INTO sessions SELECT k, MAX(v)::INTEGER AS number FROM s GROUP BY k, SESSION(ts, INTERVAL '4 seconds');
CREATE TABLE sets (k TEXT, highest INTEGER, of_all BIGINT);
CREATE PIPELINE sets_p AS INSERT INTO sets SELECT k, CAST(MAX(v) AS INTEGER) AS highest, GROUPING(k) AS of_all FROM s GROUP BY TUMBLE(ts, INTERVAL '1 minute'), ROLLUP (k);
-- HAVING and QUALIFY: of the conditions, those that may fail are asked last.
CREATE TABLE having_rows (k TEXT, highest TEXT);
CREATE PIPELINE having_p AS INSERT INTO having_rows SELECT k, MAX(v) AS highest FROM s GROUP BY k, TUMBLE(ts, INTERVAL '10 seconds') HAVING MAX(v)::INTEGER > 2 AND COUNT(*) < 10;
CREATE TABLE guarded (k TEXT, highest TEXT);
CREATE PIPELINE guarded_p AS INSERT INTO guarded SELECT k, MAX(v) AS highest FROM s GROUP BY k, TUMBLE(ts, INTERVAL '10 seconds') HAVING MAX(v)::INTEGER > 2 AND MAX(v) <> 'x';
CREATE TABLE over_rows (v TEXT, before INTEGER);
CREATE PIPELINE over_p AS INSERT INTO over_rows SELECT v, CAST(LAG(v) OVER (ORDER BY ts) AS INTEGER) AS before FROM s;
CREATE TABLE qualified (v TEXT);
CREATE PIPELINE qualified_p AS INSERT INTO qualified SELECT v FROM s QUALIFY CAST(LAG(v) OVER (ORDER BY ts) AS INTEGER) > 1;
CREATE TABLE of_both (k TEXT, n HUGEINT, more INTEGER);
CREATE PIPELINE of_both_p AS INSERT INTO of_both SELECT k, SUM(n) AS n, CAST(MAX(v) AS INTEGER) - LAG(SUM(n)) OVER (PARTITION BY k ORDER BY TUMBLE(ts, INTERVAL '10 seconds')) AS more
    FROM s GROUP BY k, TUMBLE(ts, INTERVAL '10 seconds');
-- Results that change.
CREATE TABLE sums (k TEXT, sum BIGINT, PRIMARY KEY (k));
CREATE PIPELINE sums_p AS INSERT INTO sums SELECT k, SUM(n * 1000000000000000000)::BIGINT AS sum FROM s GROUP BY k;
CREATE TABLE middles (k TEXT, middle TINYINT, PRIMARY KEY (k));
CREATE PIPELINE middles_p AS INSERT INTO middles SELECT k, CAST(median(n) * 40 AS TINYINT) AS middle FROM s GROUP BY k;
CREATE TABLE many (k TEXT, highest TEXT, PRIMARY KEY (k));
CREATE PIPELINE many_p AS INSERT INTO many SELECT k, MAX(v) AS highest FROM s GROUP BY k HAVING MAX(v)::INTEGER > 2;
-- Buckets of no width.
CREATE TABLE buckets (began TIMESTAMP, n BIGINT, PRIMARY KEY (began));
CREATE PIPELINE buckets_p AS INSERT INTO buckets SELECT TUMBLE_START(ts, to_seconds(n - 3)) AS began, COUNT(*) AS n FROM s GROUP BY 1;

WAIT FOR of_parts COUNT 4 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM of_parts ORDER BY began, k;
WAIT FOR of_rows COUNT 4 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM of_rows ORDER BY began, k;
WAIT FOR hops COUNT 6 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM hops ORDER BY began, k;
WAIT FOR sessions COUNT 4 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM sessions ORDER BY k, number;
WAIT FOR having_rows COUNT 3 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM having_rows ORDER BY highest;
WAIT FOR guarded COUNT 3 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM guarded ORDER BY highest;
WAIT FOR over_rows COUNT 5 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM over_rows ORDER BY v;
WAIT FOR qualified COUNT 3 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM qualified ORDER BY v;
WAIT FOR of_both COUNT 4 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM of_both ORDER BY k, n;
WAIT FOR sums_p READ COUNT 6 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM sums ORDER BY k;
WAIT FOR middles_p READ COUNT 6 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM middles ORDER BY k;
WAIT FOR sets COUNT 1 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM sets ORDER BY k;
WAIT FOR many_p READ COUNT 6 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM many ORDER BY k;
WAIT FOR buckets_p READ COUNT 6 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM buckets ORDER BY began;
SELECT name, state, errors > 0 AS has_errors, last_error FROM system.pipelines ORDER BY name;
