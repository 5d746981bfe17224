-- Compression of messages.
--
-- Run it with: laminar run sql_examples/compression.sql

-- 'deflate' is the compression of the WebSocket protocol itself (permessage-deflate, RFC 7692): both sides offer and
-- agree on it during the handshake, so that it is safe to ask for.
CREATE CONNECTION compressing_server TO websocket (
    mode = 'server', port = 18173, format = 'json', broadcast = true,
    compression = 'deflate',
    compression_level = 6,          -- 1 (fast) to 9 (small)
    compression_threshold = 100     -- Smaller messages are sent as they are.
);
CREATE TABLE documents (id INTEGER, body TEXT) WITH (connector = 'compressing_server');

CREATE CONNECTION ws_compressed TO websocket (
    endpoint = 'ws://127.0.0.1:18173/',
    mode = 'client',
    format = 'json',
    compression = 'deflate',
    max_message_size = 1048576      -- Of the inflated message: a small message cannot become a huge one.
);
CREATE TABLE received (id INTEGER, body TEXT) WITH (connector = 'ws_compressed');
WAIT FOR ws_compressed TIMEOUT INTERVAL '30 seconds';

INSERT INTO documents SELECT i, REPEAT('all work and no play ', 1000) FROM RANGE(1, 4) AS r(i);
WAIT FOR received COUNT 3 TIMEOUT INTERVAL '30 seconds';
SELECT id, LENGTH(body) AS characters FROM received ORDER BY id;

DROP CONNECTION ws_compressed CASCADE;
DROP CONNECTION compressing_server CASCADE;
