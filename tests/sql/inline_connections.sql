-- A table that declares its connection itself.
CREATE TABLE readings (k TEXT, v DOUBLE, ts TIMESTAMP) WITH ('connector' = 'file', 'path' = 'readings.ndjson', 'retention_rows' = 3);
WAIT FOR readings COUNT 3 TIMEOUT INTERVAL '60 seconds';
SELECT COUNT(*) AS n FROM readings;
SHOW CREATE TABLE readings;
SHOW CREATE CONNECTION "readings.connection";
SELECT connection_name, connector FROM system.connections;
SHOW TABLES;
SELECT DISTINCT connection_name FROM readings;
-- It is replaced with its connection, by another kind of table, and back.
CREATE OR REPLACE TABLE readings (k TEXT, v DOUBLE) WITH (connector = 'file', path = 'other_readings.ndjson', coerce = true);
SELECT connection_name FROM system.connections;
CREATE OR REPLACE TABLE readings (k TEXT);
SELECT connection_name FROM system.connections;
CREATE OR REPLACE TABLE readings (k TEXT, v DOUBLE) WITH (connector = 'file', path = 'readings.ndjson');
CREATE TABLE IF NOT EXISTS readings (k TEXT) WITH (connector = 'file', path = 'other_readings.ndjson');
SELECT connection_name FROM system.connections;
DROP TABLE readings;
SELECT connection_name FROM system.connections;
-- The connection of a table that takes its place has its name.
CREATE TABLE again (k TEXT, v DOUBLE) WITH (connector = 'file', path = 'readings.ndjson');
CREATE OR REPLACE TABLE again (k TEXT) WITH (connector = 'file', path = 'readings.ndjson');
WAIT FOR again COUNT 3 TIMEOUT INTERVAL '60 seconds';
SELECT connection_name, count(*) AS n FROM again GROUP BY connection_name;
SELECT connection_name FROM system.connections;
DROP TABLE again;
-- A sink; what others use stays.
CREATE TABLE printed (a INTEGER) WITH (connector = 'stdout');
INSERT INTO printed VALUES (1), (2);
CREATE TABLE errors (error_message TEXT) WITH (connector = 'printed.connection', mode = 'sink');
DROP TABLE printed;
