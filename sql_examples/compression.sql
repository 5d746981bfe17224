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

-- 'gzip' and 'zstd' compress the payload of each message by themselves: whoever reads them must know. What comes in is
-- recognized by its first bytes, whatever the option says.
CREATE CONNECTION gzip_server TO websocket (
    mode = 'server', port = 18177, format = 'json', broadcast = true,
    compression = 'gzip',
    compression_level = 9           -- 1 to 9.
);
CREATE TABLE gzip_documents (id INTEGER, body TEXT) WITH (connector = 'gzip_server');
CREATE CONNECTION ws_gzip TO websocket (
    endpoint = 'ws://127.0.0.1:18177/', mode = 'client', format = 'json', compression = 'gzip');
CREATE TABLE gzip_received (id INTEGER, body TEXT) WITH (connector = 'ws_gzip');

CREATE CONNECTION zstd_server TO websocket (
    mode = 'server', port = 18178, format = 'json', broadcast = true,
    compression = 'zstd',
    compression_level = 3           -- 1 to 22.
);
CREATE TABLE zstd_documents (id INTEGER, body TEXT) WITH (connector = 'zstd_server');
CREATE CONNECTION ws_zstd TO websocket (
    endpoint = 'ws://127.0.0.1:18178/', mode = 'client', format = 'json', compression = 'zstd', compression_level = 3);
CREATE TABLE zstd_received (id INTEGER, body TEXT) WITH (connector = 'ws_zstd');

WAIT FOR ws_gzip TIMEOUT INTERVAL '30 seconds';
WAIT FOR ws_zstd TIMEOUT INTERVAL '30 seconds';
INSERT INTO gzip_documents SELECT i, REPEAT('all work and no play ', 1000) FROM RANGE(1, 4) AS r(i);
INSERT INTO zstd_documents SELECT i, REPEAT('all work and no play ', 1000) FROM RANGE(1, 4) AS r(i);
WAIT FOR gzip_received COUNT 3 TIMEOUT INTERVAL '30 seconds';
WAIT FOR zstd_received COUNT 3 TIMEOUT INTERVAL '30 seconds';

-- message_size is what came over the wire.
SELECT 'gzip' AS compression, COUNT(*) AS messages, MAX(LENGTH(body)) AS characters, MAX(message_size) < 1000 AS is_small
FROM gzip_received;
SELECT 'zstd' AS compression, COUNT(*) AS messages, MAX(LENGTH(body)) AS characters, MAX(message_size) < 1000 AS is_small
FROM zstd_received;

DROP CONNECTION ws_compressed CASCADE;
DROP CONNECTION compressing_server CASCADE;
DROP CONNECTION ws_gzip CASCADE;
DROP CONNECTION gzip_server CASCADE;
DROP CONNECTION ws_zstd CASCADE;
DROP CONNECTION zstd_server CASCADE;
