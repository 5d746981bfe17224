-- Error handling: what happens to messages that cannot be used, and how to watch it.
--
-- Run it with: laminar run sql_examples/error_handling.sql

CREATE CONNECTION source TO websocket (mode = 'server', port = 18152, format = 'text', broadcast = true);
CREATE TABLE source_out (message TEXT) WITH (connector = 'source');

CREATE CONNECTION ws_error_handling TO websocket (
    endpoint = 'ws://127.0.0.1:18152/',
    mode = 'client',
    format = 'json',
    on_error = 'continue',       -- continue: count, log, go on. fail: the connection fails.
                                 -- retry: a row that cannot be processed is tried again, 3 times.
    max_errors_per_minute = 10,  -- More than that, and the connection fails whatever on_error says.
    error_buffer_size = 100      -- So many errors are kept for tables that are made later.
);

-- A message must fit the declared types; numbers in strings would need coerce = true.
CREATE TABLE readings (sensor TEXT NOT NULL, value DOUBLE) WITH (connector = 'ws_error_handling');

-- A row that fits may still be impossible to process.
CREATE TABLE inverse (sensor TEXT, value DOUBLE);
CREATE PIPELINE invert AS
INSERT INTO inverse
SELECT sensor, CASE WHEN value = 0 THEN CAST(error('division by zero') AS DOUBLE) ELSE 1 / value END FROM readings;

-- Monitor errors
CREATE TABLE ws_errors (
    error_type TEXT,
    error_message TEXT,
    failed_message TEXT,
    timestamp TIMESTAMP DEFAULT NOW()
) WITH (
    connector = 'ws_error_handling',
    stream = 'errors'
);

WAIT FOR ws_error_handling TIMEOUT INTERVAL '30 seconds';
INSERT INTO source_out VALUES
    ('{"sensor": "a", "value": 4}'),
    ('{"sensor": "b", "value": '),
    ('{"sensor": "c", "value": "high"}'),
    ('{"value": 2}'),
    ('{"sensor": "d", "value": 0}'),
    ('{"sensor": "e", "value": 2}');

WAIT FOR inverse COUNT 2 TIMEOUT INTERVAL '30 seconds';
WAIT FOR ws_errors COUNT 4 TIMEOUT INTERVAL '30 seconds';
SELECT sensor, value FROM inverse ORDER BY sensor;
SELECT error_type, error_message, failed_message FROM ws_errors ORDER BY timestamp, failed_message;

SELECT connection_state, messages_received, messages_failed, errors FROM system.websocket_connections
WHERE connection_name = 'ws_error_handling';

DROP CONNECTION ws_error_handling CASCADE;
DROP CONNECTION source CASCADE;
