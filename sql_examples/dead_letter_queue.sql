-- Dead letter queue: messages that cannot be used are kept, whole.
--
-- Run it with: laminar run sql_examples/dead_letter_queue.sql

CREATE CONNECTION source TO websocket (mode = 'server', port = 18153, format = 'text', broadcast = true);
CREATE TABLE source_out (message TEXT) WITH (connector = 'source');

-- Main connection
CREATE CONNECTION ws_main TO websocket (
    endpoint = 'ws://127.0.0.1:18153/',
    mode = 'client',
    format = 'json',
    dlq_enabled = true
);
CREATE TABLE good (id INTEGER, name TEXT);
CREATE TABLE error_log (raw_message TEXT, error_type TEXT, error_time TIMESTAMP);

-- Process valid messages. A query over the connection itself sees every message, valid or not ...
CREATE PIPELINE valid_messages AS
INSERT INTO good
SELECT id, name FROM ws_main
WHERE IS_VALID_JSON(message);

-- Handle invalid messages: ... so that SQL can sort them out.
CREATE PIPELINE invalid_messages AS
INSERT INTO error_log
SELECT
    message AS raw_message,
    'invalid_json' AS error_type,
    NOW() AS error_time
FROM ws_main
WHERE NOT IS_VALID_JSON(message);

-- The queue itself needs no pipeline: dlq_enabled keeps what cannot be decoded, or processed, or is never
-- acknowledged, with the reason and where it came from. As a stream, for a pipeline to act on ...
CREATE TABLE dead_letters (error_type TEXT, error_message TEXT, failed_message TEXT, data BYTEA, remote_address TEXT)
    WITH (connector = 'ws_main', stream = 'dlq');

WAIT FOR ws_main TIMEOUT INTERVAL '30 seconds';
INSERT INTO source_out VALUES
    ('{"id": 1, "name": "one"}'),
    ('this is not JSON'),
    ('{"id": 2, "name": "two"}');

WAIT FOR good COUNT 2 TIMEOUT INTERVAL '30 seconds';
WAIT FOR error_log COUNT 1 TIMEOUT INTERVAL '30 seconds';
WAIT FOR dead_letters COUNT 1 TIMEOUT INTERVAL '30 seconds';
SELECT id, name FROM good ORDER BY id;
SELECT raw_message, error_type FROM error_log;
SELECT error_type, error_message, failed_message, OCTET_LENGTH(data) AS bytes FROM dead_letters;

-- ... and as a table of all connections, to look at. It outlives the connection.
DROP CONNECTION ws_main CASCADE;
SELECT connection_name, error_type, message FROM system.dead_letters;

DROP CONNECTION source CASCADE;
