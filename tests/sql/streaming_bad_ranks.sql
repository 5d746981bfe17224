-- The order of WITHIN GROUP is computed of every row: one that has none is left out alone.
CREATE CONNECTION feed TO file (path = 'bad_values.ndjson');
CREATE TABLE s (k TEXT, v TEXT, n INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');

CREATE TABLE windows (began TIMESTAMP, middle DOUBLE, one_of_them INTEGER, most INTEGER);
CREATE PIPELINE windows_p AS INSERT INTO windows SELECT TUMBLE_START(ts, INTERVAL '10 seconds'), percentile_cont(0.5) WITHIN GROUP (ORDER BY v::INTEGER),
    percentile_disc(0.5) WITHIN GROUP (ORDER BY v::INTEGER DESC), mode() WITHIN GROUP (ORDER BY v::INTEGER) FROM s GROUP BY TUMBLE(ts, INTERVAL '10 seconds');
CREATE TABLE hops (began TIMESTAMP, middle DOUBLE);
CREATE PIPELINE hops_p AS INSERT INTO hops SELECT HOP_START(ts, INTERVAL '10 seconds', INTERVAL '20 seconds'), percentile_cont(0.5) WITHIN GROUP (ORDER BY v::INTEGER)
    FROM s GROUP BY HOP(ts, INTERVAL '10 seconds', INTERVAL '20 seconds');
CREATE TABLE sessions (k TEXT, middle DOUBLE);
CREATE PIPELINE sessions_p AS INSERT INTO sessions SELECT k, percentile_cont(0.5) WITHIN GROUP (ORDER BY v::INTEGER) FROM s GROUP BY k, SESSION(ts, INTERVAL '7 seconds');
CREATE TABLE groups (k TEXT, middle DOUBLE, one_of_them INTEGER, PRIMARY KEY (k));
CREATE PIPELINE groups_p AS INSERT INTO groups SELECT k, percentile_cont(0.5) WITHIN GROUP (ORDER BY v::INTEGER), percentile_disc(0.5) WITHIN GROUP (ORDER BY v::INTEGER) FROM s GROUP BY k;
-- Such a call is an aggregate like others: it is no key of GROUP BY ALL, and makes one group where there is no GROUP BY.
CREATE TABLE all_groups (k TEXT, middle DOUBLE, PRIMARY KEY (k));
CREATE PIPELINE all_groups_p AS INSERT INTO all_groups SELECT k, percentile_cont(0.5) WITHIN GROUP (ORDER BY v::INTEGER) AS middle FROM s GROUP BY ALL;

WAIT FOR windows COUNT 3 TIMEOUT INTERVAL '20 seconds';
SELECT * FROM windows ORDER BY began;
WAIT FOR hops COUNT 5 TIMEOUT INTERVAL '20 seconds';
SELECT * FROM hops ORDER BY began;
WAIT FOR sessions COUNT 5 TIMEOUT INTERVAL '20 seconds';
SELECT * FROM sessions ORDER BY k, middle;
WAIT FOR groups_p READ COUNT 6 TIMEOUT INTERVAL '20 seconds';
SELECT * FROM groups ORDER BY k;
WAIT FOR all_groups_p READ COUNT 6 TIMEOUT INTERVAL '20 seconds';
SELECT * FROM all_groups ORDER BY k;
SELECT name, state, errors, last_error FROM system.pipelines ORDER BY name;
