-- A generator, read into a table.
CREATE CONNECTION numbers TO generator (max_rows = 1000);
CREATE TABLE counted (counter BIGINT, timestamp TIMESTAMP) WITH (connector = 'numbers');
WAIT FOR counted COUNT 1000 TIMEOUT INTERVAL '60 seconds';
SELECT COUNT(*) AS rows, COUNT(DISTINCT counter) AS different, MAX(counter) - MIN(counter) AS span, COUNT(timestamp) AS times FROM counted;
SELECT connection_name, COUNT(message_id) AS ids FROM counted GROUP BY 1;
SELECT name, kind, connection, stream, rows FROM system.tables;
DROP CONNECTION numbers CASCADE;
SHOW TABLES;
