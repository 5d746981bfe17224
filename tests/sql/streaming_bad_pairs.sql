-- A condition that cannot be computed of a pair leaves out that pair: either row may meet others, and if it meets none it
-- has no partner.
CREATE CONNECTION feed TO file (path = 'bad_values.ndjson');
CREATE TABLE s (k TEXT, v TEXT, n INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE CONNECTION again TO file (path = 'bad_values.ndjson');
CREATE TABLE r (k TEXT, v TEXT, n INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'again');
CREATE TABLE pairs (a TEXT, b TEXT);
CREATE PIPELINE pairs_p AS INSERT INTO pairs SELECT a.v AS a, b.v AS b FROM s AS a JOIN r AS b ON CAST(a.v || b.v AS INTEGER) > 20
    AND a.ts BETWEEN b.ts - INTERVAL '3 seconds' AND b.ts + INTERVAL '3 seconds';
CREATE TABLE kept (a TEXT, b TEXT);
CREATE PIPELINE kept_p AS INSERT INTO kept SELECT a.v AS a, b.v AS b FROM s AS a LEFT JOIN r AS b ON CAST(a.v || b.v AS INTEGER) > 20
    AND a.ts BETWEEN b.ts - INTERVAL '3 seconds' AND b.ts + INTERVAL '3 seconds';
CREATE TABLE with_partner (a TEXT);
CREATE PIPELINE with_partner_p AS INSERT INTO with_partner SELECT a.v AS a FROM s AS a SEMI JOIN r AS b ON CAST(a.v || b.v AS INTEGER) > 20
    AND a.ts BETWEEN b.ts - INTERVAL '3 seconds' AND b.ts + INTERVAL '3 seconds';
CREATE TABLE without (a TEXT);
CREATE PIPELINE without_p AS INSERT INTO without SELECT a.v AS a FROM s AS a ANTI JOIN r AS b ON CAST(a.v || b.v AS INTEGER) > 20
    AND a.ts BETWEEN b.ts - INTERVAL '3 seconds' AND b.ts + INTERVAL '3 seconds';
-- Without a bound in time the result changes.
CREATE TABLE changing (a TEXT, b TEXT, PRIMARY KEY (a));
CREATE PIPELINE changing_p AS INSERT INTO changing SELECT a.v AS a, b.v AS b FROM s AS a LEFT JOIN r AS b ON CAST(a.v || b.v AS INTEGER) IN (22, 34, 55);
CREATE TABLE of_one_side (a TEXT, b TEXT, PRIMARY KEY (a));
CREATE PIPELINE of_one_side_p AS INSERT INTO of_one_side SELECT a.v AS a, b.v AS b FROM s AS a LEFT JOIN r AS b ON a.n = b.n AND a.v::INTEGER < 4;
WAIT FOR pairs COUNT 6 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM pairs ORDER BY a, b;
WAIT FOR kept COUNT 8 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM kept ORDER BY a, b;
WAIT FOR with_partner COUNT 4 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM with_partner ORDER BY a;
WAIT FOR without COUNT 2 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM without ORDER BY a;
WAIT FOR changing_p READ COUNT 12 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM changing ORDER BY a;
WAIT FOR of_one_side_p READ COUNT 12 TIMEOUT INTERVAL '60 seconds';
SELECT * FROM of_one_side ORDER BY a;
SELECT name, state, errors FROM system.pipelines ORDER BY name;
