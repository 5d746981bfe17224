-- Reconnection: a feed goes away and comes back.
--
-- Run it with: laminar run sql_examples/reconnection.sql

CREATE CONNECTION exchange TO websocket (mode = 'server', port = 18131, format = 'json', broadcast = true);
CREATE TABLE published (n INTEGER, note TEXT) WITH (connector = 'exchange');

CREATE CONNECTION ws_resilient TO websocket (
    endpoint = 'ws://127.0.0.1:18131/',
    mode = 'client',
    format = 'json',
    reconnect = true,
    reconnect_interval_ms = 50,         -- Start with that (5000 by default) ...
    reconnect_backoff_multiplier = 2,   -- ... double each time ...
    max_reconnect_interval_ms = 1000,   -- ... up to that; the wait itself is random, from 0 to the interval.
    max_reconnect_attempts = -1         -- Without end.
);
CREATE TABLE events (n INTEGER, note TEXT) WITH (connector = 'ws_resilient');
WAIT FOR ws_resilient TIMEOUT INTERVAL '30 seconds';
INSERT INTO published VALUES (1, 'before');
WAIT FOR events COUNT 1 TIMEOUT INTERVAL '30 seconds';

-- The exchange goes away ...
DROP CONNECTION exchange CASCADE;

-- ... and comes back. The client finds it by itself; what it retained is still there.
CREATE CONNECTION exchange TO websocket (mode = 'server', port = 18131, format = 'json', broadcast = true);
CREATE TABLE published (n INTEGER, note TEXT) WITH (connector = 'exchange');
WAIT FOR ws_resilient TIMEOUT INTERVAL '30 seconds';
INSERT INTO published VALUES (2, 'after');
WAIT FOR events COUNT 2 TIMEOUT INTERVAL '30 seconds';

SELECT n, note FROM events ORDER BY n;

-- What happened meanwhile is in the log of the connection.
SELECT connection_state, reconnect_count > 0 AS has_reconnected FROM system.websocket_connections
WHERE connection_name = 'ws_resilient';
SELECT DISTINCT event FROM system.websocket_logs WHERE connection = 'ws_resilient' ORDER BY event;

DROP CONNECTION ws_resilient CASCADE;
DROP CONNECTION exchange CASCADE;
