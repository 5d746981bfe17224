-- Formats: JSON, text and binary messages, in both directions.
--
-- Run it with: laminar run sql_examples/formats.sql

-- JSON: fields become columns by their names; what is nested can be kept as JSON or reached with json_path.
CREATE CONNECTION json_server TO websocket (mode = 'server', port = 18111, format = 'json');
CREATE TABLE ws_events (
    event_id TEXT,
    event_type TEXT,
    timestamp TIMESTAMP,                             -- ISO 8601 of any offset, or an epoch in s, ms, us or ns
    data JSON,                                       -- kept as it came
    city TEXT WITH (json_path = '$.data.city')       -- picked out of it
) WITH (
    connector = 'json_server'
);

-- Text: the payload is the column "message". received_at comes from the connection.
CREATE CONNECTION text_server TO websocket (mode = 'server', port = 18112, format = 'text');
CREATE TABLE chat_messages (
    message TEXT,
    received_at TIMESTAMP DEFAULT NOW()
) WITH (
    connector = 'text_server'
);

-- Binary: the payload is the column "data".
CREATE CONNECTION binary_server TO websocket (mode = 'server', port = 18113, format = 'binary');
CREATE TABLE binary_stream (
    data BYTEA,
    size INT,
    received_at TIMESTAMP DEFAULT NOW()
) WITH (
    connector = 'binary_server'
);

-- Their clients. A row that is inserted is sent: as a JSON object of its columns ...
CREATE CONNECTION ws_json TO websocket (endpoint = 'ws://127.0.0.1:18111/', mode = 'client', format = 'json');
CREATE TABLE json_out (event_id TEXT, event_type TEXT, timestamp TEXT, data JSON) WITH (connector = 'ws_json');
INSERT INTO json_out VALUES
    ('e1', 'transaction', '2026-01-02T03:04:05.678+01:00', JSON_OBJECT('user_id': 7, 'amount': 12.5, 'city': 'Oslo')),
    ('e2', 'login', '2026-01-02T03:04:06Z', JSON_OBJECT('user_id': 8));

-- ... or, when there is a single text or binary column, as it is.
CREATE CONNECTION ws_text TO websocket (endpoint = 'ws://127.0.0.1:18112/', mode = 'client', format = 'text');
CREATE TABLE text_out (message TEXT) WITH (connector = 'ws_text');
INSERT INTO text_out VALUES ('hello'), ('how are you?');

CREATE CONNECTION ws_binary TO websocket (endpoint = 'ws://127.0.0.1:18113/', mode = 'client', format = 'binary');
CREATE TABLE binary_out (data BYTEA) WITH (connector = 'ws_binary');
INSERT INTO binary_out VALUES ('\x00\x01\xFF'::BYTEA);

WAIT FOR ws_events COUNT 2 TIMEOUT INTERVAL '30 seconds';
WAIT FOR chat_messages COUNT 2 TIMEOUT INTERVAL '30 seconds';
WAIT FOR binary_stream COUNT 1 TIMEOUT INTERVAL '30 seconds';

-- Timestamps are UTC, whatever offset they came with.
SELECT
    event_id,
    timestamp,
    city,
    JSON_EXTRACT(data, '$.user_id') AS user_id,
    JSON_EXTRACT(data, '$.amount') AS amount
FROM ws_events
WHERE event_type = 'transaction';

SELECT message, LENGTH(message) AS characters FROM chat_messages ORDER BY message;

SELECT HEX(data) AS bytes, size FROM binary_stream;

DROP CONNECTION ws_json CASCADE;
DROP CONNECTION ws_text CASCADE;
DROP CONNECTION ws_binary CASCADE;
DROP CONNECTION json_server CASCADE;
DROP CONNECTION text_server CASCADE;
DROP CONNECTION binary_server CASCADE;
