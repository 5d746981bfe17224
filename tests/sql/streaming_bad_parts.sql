-- Aggregates that are made of parts: a row that they cannot take is told once, with its message, in however many
-- windows it would have been.
CREATE CONNECTION feed TO file (path = 'bad_values.ndjson');
CREATE TABLE s (k TEXT, v TEXT, n INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE TABLE errors (error_message TEXT, failed_message TEXT) WITH (connector = 'feed', stream = 'errors');

CREATE TABLE windows (began TIMESTAMP, sum HUGEINT);
CREATE PIPELINE windows_p AS INSERT INTO windows SELECT TUMBLE_START(ts, INTERVAL '10 seconds'), SUM(v::INTEGER) FROM s GROUP BY TUMBLE(ts, INTERVAL '10 seconds');
CREATE TABLE hops (began TIMESTAMP, sum HUGEINT);
CREATE PIPELINE hops_p AS INSERT INTO hops SELECT HOP_START(ts, INTERVAL '5 seconds', INTERVAL '20 seconds'), SUM(v::INTEGER) FROM s
    GROUP BY HOP(ts, INTERVAL '5 seconds', INTERVAL '20 seconds');
CREATE TABLE changing (k TEXT, sum HUGEINT, PRIMARY KEY (k));
CREATE PIPELINE changing_p AS INSERT INTO changing SELECT k, SUM(v::INTEGER) FROM s GROUP BY k;
-- Parts that are made in the order of the rows.
CREATE TABLE ordered (k TEXT, first INTEGER, last INTEGER, PRIMARY KEY (k));
CREATE PIPELINE ordered_p AS INSERT INTO ordered SELECT k, FIRST(v::INTEGER), LAST(v::INTEGER) FROM s GROUP BY k;

WAIT FOR windows COUNT 3 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM windows ORDER BY began;
WAIT FOR hops COUNT 10 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM hops ORDER BY began;
WAIT FOR changing_p READ COUNT 6 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM changing ORDER BY k;
WAIT FOR ordered_p READ COUNT 6 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM ordered ORDER BY k;
WAIT FOR errors COUNT 4 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM errors ORDER BY error_message;
SELECT name, state, errors FROM system.pipelines ORDER BY name;
