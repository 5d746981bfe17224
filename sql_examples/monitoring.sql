-- Monitoring: state and counters of connections, and the flow of messages.
--
-- Run it with: laminar run sql_examples/monitoring.sql
-- Logs go to standard error; --log-format json makes them objects with the fields time, level, connection, event, message.

CREATE CONNECTION exchange TO websocket (mode = 'server', port = 18171, format = 'json', broadcast = true);
CREATE TABLE published (event_id TEXT, value DOUBLE) WITH (connector = 'exchange');
CREATE CONNECTION ws_feed TO websocket (endpoint = 'ws://127.0.0.1:18171/', mode = 'client', format = 'json');
CREATE TABLE ws_events (event_id TEXT, value DOUBLE) WITH (connector = 'ws_feed');
WAIT FOR ws_feed TIMEOUT INTERVAL '30 seconds';

CREATE CONNECTION numbers TO generator (max_rows = 1000);
CREATE PIPELINE publish AS INSERT INTO published SELECT 'e' || counter, SQRT(counter) FROM numbers;
WAIT FOR ws_events COUNT 1000 TIMEOUT INTERVAL '60 seconds';

-- Monitor WebSocket connections
SELECT
    connection_name,
    connection_state,
    connected_since,
    messages_received,
    messages_sent,
    bytes_received,
    bytes_sent,
    reconnect_count,
    last_error
FROM system.websocket_connections
WHERE connection_name LIKE 'ws_%';

-- More that is counted: what was lost, what waits, how old the latest message is.
SELECT messages_dropped, messages_failed, pending_messages, last_message_age_ms >= 0 AS has_age
FROM system.websocket_connections
WHERE connection_name LIKE 'ws_%';

-- Analyze message flow
SELECT
    DATE_TRUNC('minute', received_at) AS minute,
    COUNT(*) AS message_count,
    AVG(message_size) AS avg_size,
    MAX(message_size) AS max_size,
    SUM(message_size) AS total_bytes
FROM ws_events
WHERE received_at > NOW() - INTERVAL '1 hour'
GROUP BY DATE_TRUNC('minute', received_at)
ORDER BY minute DESC;

-- Pipelines and tables have their numbers, too.
SELECT name, state, sink, rows_in, rows_out, errors FROM system.pipelines;
SELECT name, kind, connection, rows, rows_received FROM system.tables WHERE name = 'ws_events';

DROP CONNECTION numbers CASCADE;
DROP CONNECTION ws_feed CASCADE;
DROP CONNECTION exchange CASCADE;
