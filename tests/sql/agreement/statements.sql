-- Statements about which check and run must say the same: the same codes at the same places. A line of "--- words"
-- begins a case; "-- expect: CODE ..." in it tells the findings, "none" that there are none. Cases share nothing but
-- readings.ndjson.

--- a view that reads itself
-- expect: L404
CREATE VIEW v AS SELECT * FROM v;
--- a view that reads itself in a subquery
-- expect: L404
CREATE VIEW v AS SELECT 1 AS a WHERE EXISTS (SELECT 1 FROM v);
--- a replaced view that reads itself
-- expect: L209
CREATE VIEW v AS SELECT 1 AS a;
CREATE OR REPLACE VIEW v AS SELECT * FROM v;
--- a function that calls itself
-- expect: L403
CREATE FUNCTION f(x) AS f(x);
--- a replaced function that calls itself by another
-- expect: L209
CREATE FUNCTION f(x) AS x;
CREATE FUNCTION g(x) AS f(x);
CREATE OR REPLACE FUNCTION f(x) AS g(x);
--- a pipeline that reads itself
-- expect: L404
CREATE PIPELINE p AS SELECT * FROM p;
--- a table made from itself
-- expect: L404
CREATE TABLE t AS SELECT * FROM t;
--- a table over a connection that is the table
-- expect: L202
CREATE TABLE t (a INTEGER) WITH (connector = 't');
--- a pipeline that writes to itself
-- expect: L202
CREATE CONNECTION c TO file (path = 'readings.ndjson');
CREATE PIPELINE p AS INSERT INTO p SELECT k FROM c;
--- an updating result into a table without a key
-- expect: L211 L520
CREATE CONNECTION c TO file (path = 'readings.ndjson');
CREATE TABLE r (k TEXT, v DOUBLE) WITH (connector = 'c');
CREATE TABLE t (k TEXT, n BIGINT);
CREATE PIPELINE p AS INSERT INTO t SELECT k, COUNT(*) AS n FROM r GROUP BY k;
--- an updating result by way of a pipeline into a table without a key
-- expect: L211 L520
CREATE CONNECTION c TO file (path = 'readings.ndjson');
CREATE TABLE r (k TEXT, v DOUBLE) WITH (connector = 'c');
CREATE TABLE keyed (k TEXT PRIMARY KEY, n BIGINT);
CREATE TABLE t (k TEXT, n BIGINT);
CREATE PIPELINE counts AS SELECT k, COUNT(*) AS n FROM r GROUP BY k;
CREATE PIPELINE good AS INSERT INTO keyed SELECT k, n FROM counts;
CREATE PIPELINE p AS INSERT INTO t SELECT k, n FROM counts;
--- an updating result to a sink that does not say how changes are sent
-- expect: L211 L520
CREATE CONNECTION c TO file (path = 'readings.ndjson');
CREATE TABLE r (k TEXT, v DOUBLE) WITH (connector = 'c');
CREATE CONNECTION o TO blackhole ();
CREATE TABLE s WITH (connector = 'o');
CREATE PIPELINE p AS INSERT INTO s SELECT k, COUNT(*) AS n FROM r GROUP BY k;
--- a window of no size, once
-- expect: L402
CREATE CONNECTION c TO file (path = 'readings.ndjson');
CREATE TABLE r (v DOUBLE, ts TIMESTAMP) WITH (connector = 'c');
SELECT COUNT(*) AS n, TUMBLE(ts, INTERVAL '0 seconds') AS w FROM r GROUP BY w;
--- a window of no size, continuously
-- expect: L402
CREATE CONNECTION c TO file (path = 'readings.ndjson');
CREATE TABLE r (v DOUBLE, ts TIMESTAMP) WITH (connector = 'c');
CREATE PIPELINE p AS SELECT COUNT(*) AS n, TUMBLE(ts, INTERVAL '0 seconds') AS w FROM r GROUP BY w;
--- a window of negative size
-- expect: L402
CREATE CONNECTION c TO file (path = 'readings.ndjson');
CREATE TABLE r (v DOUBLE, ts TIMESTAMP) WITH (connector = 'c');
CREATE PIPELINE p AS SELECT COUNT(*) AS n, TUMBLE_END(ts, INTERVAL '1 minute' - INTERVAL '2 minutes') AS w FROM r GROUP BY w;
--- a bucket of no size
-- expect: L402
CREATE CONNECTION c TO file (path = 'readings.ndjson');
CREATE TABLE r (v DOUBLE, ts TIMESTAMP) WITH (connector = 'c');
CREATE PIPELINE p AS SELECT COUNT(*) AS n, time_bucket(INTERVAL '0 seconds', ts) AS w FROM r GROUP BY w;
--- a slide of nothing and a size of less
-- expect: L402 L402
CREATE CONNECTION c TO file (path = 'readings.ndjson');
CREATE TABLE r (v DOUBLE, ts TIMESTAMP) WITH (connector = 'c');
CREATE PIPELINE p AS SELECT COUNT(*) AS n, HOP(ts, INTERVAL '0 seconds', INTERVAL '-1 minute') AS w FROM r GROUP BY w;
--- a slide that rows decide
-- expect: L402
CREATE CONNECTION c TO file (path = 'readings.ndjson');
CREATE TABLE r (v DOUBLE, ts TIMESTAMP) WITH (connector = 'c');
SELECT COUNT(*) AS n, HOP(ts, v * INTERVAL '1 second', INTERVAL '1 minute') AS w FROM r GROUP BY w;
--- more windows than a row may be in
-- expect: L402
CREATE CONNECTION c TO file (path = 'readings.ndjson');
CREATE TABLE r (v DOUBLE, ts TIMESTAMP) WITH (connector = 'c');
SELECT COUNT(*) AS n, HOP(ts, INTERVAL '1 millisecond', INTERVAL '1 hour') AS w FROM r GROUP BY w;
--- a session with a negative gap
-- expect: L402
CREATE CONNECTION c TO file (path = 'readings.ndjson');
CREATE TABLE r (v DOUBLE, ts TIMESTAMP) WITH (connector = 'c');
CREATE PIPELINE p AS SELECT COUNT(*) AS n, SESSION(ts, INTERVAL '-1 second') AS w FROM r GROUP BY w;
--- a gap that rows decide
-- expect: L402
CREATE CONNECTION c TO file (path = 'readings.ndjson');
CREATE TABLE r (v DOUBLE, ts TIMESTAMP) WITH (connector = 'c');
CREATE PIPELINE p AS SELECT COUNT(*) AS n, SESSION(ts, v * INTERVAL '1 second') AS w FROM r GROUP BY w;
--- a window of no size in a function
-- expect: L402
CREATE FUNCTION w(ts) AS TUMBLE(ts, INTERVAL '0 seconds');
--- a hopping window in a function
-- expect: L213
CREATE FUNCTION w(ts) AS HOP(ts, INTERVAL '1 second', INTERVAL '2 seconds');
--- a table that is only written to has columns of its own
-- expect: none
CREATE CONNECTION g TO generator (rows_per_second = 10, max_rows = 1);
CREATE CONNECTION b TO websocket (mode = 'server', port = 0, format = 'binary', broadcast = true);
CREATE TABLE t (data BYTEA, note BIGINT) WITH (connector = 'b');
CREATE PIPELINE p AS INSERT INTO t SELECT encode('x'), counter FROM g;
--- a column that nothing fills
-- expect: L503
CREATE CONNECTION b TO websocket (mode = 'server', port = 0, format = 'binary');
CREATE TABLE t (data BYTEA, note INTEGER) WITH (connector = 'b');
SELECT octet_length(data) AS size, note FROM t;
--- a column that nothing fills, among all
-- expect: L503
CREATE CONNECTION b TO websocket (mode = 'server', port = 0, format = 'binary');
CREATE TABLE t (data BYTEA, note INTEGER) WITH (connector = 'b');
SELECT * FROM t;
--- INSERT copies once
-- expect: L504
CREATE CONNECTION c TO file (path = 'readings.ndjson');
CREATE TABLE r (k TEXT) WITH (connector = 'c');
CREATE CONNECTION o TO blackhole ();
CREATE TABLE s (k TEXT) WITH (connector = 'o');
INSERT INTO s SELECT k FROM r;
--- INSERT copies once into a stored table by way of a view
-- expect: L504
CREATE CONNECTION c TO file (path = 'readings.ndjson');
CREATE TABLE r (k TEXT) WITH (connector = 'c');
CREATE VIEW v AS SELECT k FROM r;
CREATE TABLE s (k TEXT);
INSERT INTO s SELECT k FROM v;
--- INSERT of stored rows
-- expect: none
CREATE TABLE r (k TEXT);
CREATE TABLE s (k TEXT);
INSERT INTO s SELECT k FROM r;
--- a connection keeps no rows
-- expect: L406
CREATE CONNECTION c TO file (path = 'readings.ndjson');
SELECT COUNT(v) AS n FROM c;
--- a pipeline keeps no rows
-- expect: L406
CREATE CONNECTION c TO file (path = 'readings.ndjson');
CREATE PIPELINE p AS SELECT CAST(v AS DOUBLE) AS v FROM c;
SELECT * FROM p;
--- nothing to explain
-- expect: L601
EXPLAIN CREATE TABLE t (a INTEGER);
--- no amount of memory
-- expect: L111
SET memory_limit = 'plenty';
--- an aggregate as a default
-- expect: L213
CREATE TABLE t (a INTEGER DEFAULT sum(1));
--- a subquery as a default
-- expect: L213
CREATE TABLE t (a INTEGER DEFAULT (SELECT 1));
--- a window function as a default
-- expect: L213
CREATE TABLE t (a INTEGER DEFAULT row_number() OVER ());
--- an aggregate in a function as a default of a stream
-- expect: L213
CREATE CONNECTION c TO file (path = 'readings.ndjson');
CREATE FUNCTION total(x) AS sum(x);
CREATE TABLE r (v DOUBLE DEFAULT total(1)) WITH (connector = 'c');
--- an aggregate as a watermark
-- expect: L213
CREATE CONNECTION c TO file (path = 'readings.ndjson');
CREATE TABLE r (ts TIMESTAMP, WATERMARK FOR ts AS max(ts)) WITH (connector = 'c');
--- a replaced table that a view cannot read any more
-- expect: L204
CREATE TABLE t (a INTEGER);
CREATE VIEW v AS SELECT a FROM t;
CREATE OR REPLACE TABLE t (b INTEGER);
--- a replaced function that a view cannot call any more
-- expect: L204
CREATE FUNCTION f(x) AS x + 1;
CREATE VIEW v AS SELECT f(1) AS a;
CREATE OR REPLACE FUNCTION f(x, y) AS x + y;
--- a replaced function that a default cannot call any more
-- expect: L204
CREATE FUNCTION f(x) AS x + 1;
CREATE TABLE t (a INTEGER DEFAULT f(1));
CREATE OR REPLACE FUNCTION f(x) AS sum(x);
--- a function for files
-- expect: L408
SELECT * FROM read_csv('/etc/hostname');
--- a function for files that looks into one while it is planned
-- expect: L408
SELECT * FROM sniff_csv('/etc/hostname');
--- a function of the engine
-- expect: L408
SELECT * FROM enable_logging(storage := 'file', storage_path := '/tmp');
--- a function of the engine as a default
-- expect: L408
CREATE TABLE t (a TEXT DEFAULT current_query());
--- a function of the engine as a watermark
-- expect: L408
CREATE CONNECTION c TO file (path = 'readings.ndjson');
CREATE TABLE r (ts TIMESTAMP, WATERMARK FOR ts AS write_log(ts)) WITH (connector = 'c');
--- a function for files in a function
-- expect: L408
CREATE FUNCTION f(path) AS (SELECT content FROM read_text(path));
--- a function of the engine in a view
-- expect: L408
CREATE VIEW v AS SELECT * FROM duckdb_settings();
--- a function of the engine in a pipeline
-- expect: L408
CREATE CONNECTION c TO file (path = 'readings.ndjson');
CREATE TABLE r (k TEXT) WITH (connector = 'c');
CREATE PIPELINE p AS SELECT write_log(k) AS a FROM r;
--- SQL in a text
-- expect: L408
SELECT * FROM query('SELECT 42');
--- a setting that is not the user's
-- expect: L408
SELECT current_setting('temp_directory') AS place;
--- a setting of the user's
-- expect: none
SELECT length(current_setting('memory_limit')) > 0 AS told;
