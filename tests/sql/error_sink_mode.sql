-- args: check {file}
-- A table that only sends has no rows to read, and options about rows that are read change nothing.
CREATE CONNECTION hub TO websocket (mode = 'server', port = 0, format = 'json');
CREATE CONNECTION numbers TO generator (max_rows = 5);
CREATE TABLE replies (n BIGINT) WITH (connector = 'hub', mode = 'sink', retention_rows = 10, coerce = true);
CREATE TABLE wrong (error_type TEXT) WITH (connector = 'hub', mode = 'sink', stream = 'errors');
CREATE TABLE counted (counter BIGINT) WITH (connector = 'numbers', mode = 'sink');
CREATE TABLE stored (n BIGINT) WITH (mode = 'sink');
CREATE PIPELINE echo AS INSERT INTO replies SELECT n FROM replies;
SELECT * FROM replies;
WAIT FOR replies;
CREATE TABLE reserved ("__laminar_message_id" TEXT, "__Present_n" INT) WITH (connector = 'hub');
