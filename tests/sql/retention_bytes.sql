-- A stream keeps no more bytes than it is told to, and has a bound without being told.
CREATE CONNECTION numbers TO generator (max_rows = 50000);
CREATE TABLE few (counter BIGINT) WITH (connector = 'numbers', retention_bytes = 100000, retention_rows = NULL, retention = NULL);
CREATE TABLE none (counter BIGINT) WITH (connector = 'numbers', retention_bytes = 0);
WAIT FOR few COUNT 50000 TIMEOUT INTERVAL '60 seconds';
WAIT FOR none COUNT 50000 TIMEOUT INTERVAL '60 seconds';
SELECT COUNT(*) BETWEEN 200 AND 5000 AS bounded, MAX(counter) AS latest, MAX(counter) - MIN(counter) + 1 = COUNT(*) AS complete FROM few;
SELECT name, rows < 5000 AS bounded, rows_received, rows + rows_expired AS seen, bytes < 200000 AS few_bytes FROM system.tables WHERE connection IS NOT NULL ORDER BY name;
SELECT COUNT(*) AS rows FROM none;
SELECT connection_name, connector, messages_received FROM system.connections;
SELECT connection_name FROM system.websocket_connections;
DROP CONNECTION numbers CASCADE;
