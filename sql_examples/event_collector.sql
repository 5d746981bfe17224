-- Server mode: collect events from many clients.
--
-- Run it with: laminar run sql_examples/event_collector.sql

CREATE CONNECTION event_collector TO websocket (
    port = 18121,
    path = '/collect',          -- other paths get 404
    mode = 'server',
    format = 'json',
    max_connections = 1000,     -- more clients get 503 ...
    max_connections_per_ip = 2, -- ... and more of one address 429
    buffer_size = 10000
);

-- include_metadata shows in * what came along with each message: its id, the client, the address, the times, the size.
CREATE TABLE collected_events (
    client_id TEXT,             -- the server's own name for the client: there is no such field in the message
    event_type TEXT,
    payload JSON,
    received_at TIMESTAMP DEFAULT NOW()
) WITH (
    connector = 'event_collector',
    include_metadata = true
);

-- Two clients.
CREATE CONNECTION phone TO websocket (endpoint = 'ws://127.0.0.1:18121/collect', mode = 'client', format = 'json');
CREATE TABLE phone_events (event_type TEXT, payload JSON) WITH (connector = 'phone');
WAIT FOR phone TIMEOUT INTERVAL '30 seconds';
CREATE CONNECTION browser TO websocket (endpoint = 'ws://127.0.0.1:18121/collect', mode = 'client', format = 'json');
CREATE TABLE browser_events (event_type TEXT, payload JSON) WITH (connector = 'browser');
WAIT FOR browser TIMEOUT INTERVAL '30 seconds';

INSERT INTO phone_events VALUES ('tap', JSON_OBJECT('x': 10, 'y': 20)), ('swipe', JSON_OBJECT('direction': 'left'));
INSERT INTO browser_events VALUES ('click', JSON_OBJECT('button': 'buy'));
WAIT FOR collected_events COUNT 3 TIMEOUT INTERVAL '30 seconds';

SELECT client_id, event_type, payload, message_size FROM collected_events ORDER BY client_id, message_id;

-- One too many of this address: the server says so before the connection is made.
CREATE CONNECTION third TO websocket (endpoint = 'ws://127.0.0.1:18121/collect', mode = 'client', format = 'json');
SELECT test_connection('third') ->> '$.steps[2].detail' AS third;

DROP CONNECTION phone CASCADE;
DROP CONNECTION browser CASCADE;
DROP CONNECTION event_collector CASCADE;
