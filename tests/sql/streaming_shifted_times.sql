-- A time and the same time a minute later, in one column: what is still to come is not earlier than the earlier of both
-- says, and each row is late by the watermark of its own way. The columns of UNION ALL are taken by their places: a name
-- is given once, by whichever query comes first, or by an alias.
CREATE CONNECTION feed TO file (path = 'shifted_times.ndjson');
CREATE TABLE s (n INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE TABLE named (began TIMESTAMP, rows BIGINT, numbers INTEGER[]);
CREATE PIPELINE named_p AS INSERT INTO named SELECT TUMBLE_START(ts, INTERVAL '10 seconds') AS began, COUNT(*) AS rows, list(n ORDER BY n) AS numbers
    FROM (SELECT n, ts FROM s UNION ALL SELECT n, ts + INTERVAL '1 minute' AS ts FROM s) GROUP BY TUMBLE(ts, INTERVAL '10 seconds');
CREATE TABLE unnamed (began TIMESTAMP, rows BIGINT);
CREATE PIPELINE unnamed_p AS INSERT INTO unnamed SELECT TUMBLE_START(ts, INTERVAL '10 seconds') AS began, COUNT(*) AS rows
    FROM (SELECT n, ts FROM s UNION ALL SELECT n, ts + INTERVAL '1 minute' FROM s) GROUP BY TUMBLE(ts, INTERVAL '10 seconds');
CREATE TABLE aliased (began TIMESTAMP, rows BIGINT);
CREATE PIPELINE aliased_p AS INSERT INTO aliased SELECT HOP_START(t, INTERVAL '10 seconds', INTERVAL '20 seconds') AS began, COUNT(*) AS rows
    FROM (SELECT n, ts + INTERVAL '1 minute' FROM s UNION ALL SELECT n, ts FROM s) AS ways (m, t) GROUP BY HOP(t, INTERVAL '10 seconds', INTERVAL '20 seconds');
-- Through a view.
CREATE VIEW ways AS SELECT n, ts FROM s UNION ALL SELECT n, ts + INTERVAL '1 minute' FROM s;
CREATE TABLE viewed (began TIMESTAMP, rows BIGINT);
CREATE PIPELINE viewed_p AS INSERT INTO viewed SELECT TUMBLE_START(ts, INTERVAL '10 seconds') AS began, COUNT(*) AS rows FROM ways GROUP BY TUMBLE(ts, INTERVAL '10 seconds');
WAIT FOR named COUNT 6 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM named ORDER BY began;
WAIT FOR unnamed COUNT 6 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM unnamed ORDER BY began;
WAIT FOR aliased COUNT 12 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM aliased ORDER BY began;
WAIT FOR viewed COUNT 6 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM viewed ORDER BY began;
SELECT name, late_rows FROM system.pipelines ORDER BY name;
