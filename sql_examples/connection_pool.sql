-- Connection pool: several servers, one stream.
--
-- Run it with: laminar run sql_examples/connection_pool.sql

CREATE CONNECTION server1 TO websocket (mode = 'server', port = 18141, path = '/stream', format = 'json', broadcast = true);
CREATE TABLE server1_out (id INTEGER, price DOUBLE) WITH (connector = 'server1');
CREATE CONNECTION server2 TO websocket (mode = 'server', port = 18142, path = '/stream', format = 'json', broadcast = true);
CREATE TABLE server2_out (id INTEGER, price DOUBLE) WITH (connector = 'server2');

CREATE CONNECTION ws_pool_1 TO websocket (
    endpoint = 'ws://127.0.0.1:18141/stream',
    mode = 'client',
    format = 'json'
);

CREATE CONNECTION ws_pool_2 TO websocket (
    endpoint = 'ws://127.0.0.1:18142/stream',
    mode = 'client',
    format = 'json'
);

-- The view has the fields of the messages, whatever they are: the first ones decide.
CREATE VIEW balanced_stream AS
SELECT *, 'server1' AS source FROM ws_pool_1
UNION ALL
SELECT *, 'server2' AS source FROM ws_pool_2;

-- Rows of both, kept in one table.
CREATE TABLE ticks (id INTEGER, price DOUBLE, source TEXT);
CREATE PIPELINE collect AS INSERT INTO ticks SELECT id, price, source FROM balanced_stream;
WAIT FOR ws_pool_1 TIMEOUT INTERVAL '30 seconds';
WAIT FOR ws_pool_2 TIMEOUT INTERVAL '30 seconds';

INSERT INTO server1_out VALUES (1, 10.5), (2, 11.5);
INSERT INTO server2_out VALUES (3, 12.5);
WAIT FOR ticks COUNT 3 TIMEOUT INTERVAL '30 seconds';
SELECT id, price, source FROM ticks ORDER BY id;

DROP CONNECTION ws_pool_1 CASCADE;
DROP CONNECTION ws_pool_2 CASCADE;
DROP CONNECTION server1 CASCADE;
DROP CONNECTION server2 CASCADE;
