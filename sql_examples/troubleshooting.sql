-- Troubleshooting: what is wrong with a connection, and where the time goes.
--
-- Run it with: laminar run sql_examples/troubleshooting.sql

CREATE CONNECTION exchange TO websocket (mode = 'server', port = 18172, format = 'json', path = '/stream', broadcast = true);
CREATE TABLE published (event_id TEXT, value DOUBLE) WITH (connector = 'exchange');

CREATE CONNECTION websocket_client TO websocket (
    endpoint = 'ws://127.0.0.1:18172/stream', mode = 'client', format = 'json');
CREATE CONNECTION wrong_path TO websocket (
    endpoint = 'ws://127.0.0.1:18172/steam', mode = 'client', format = 'json');

-- Test WebSocket connection: each step with its time, and what it found. A test of its own: it changes nothing.
SELECT test_connection('websocket_client');
SELECT test_connection('wrong_path') ->> '$.steps[2].detail' AS wrong_path;

CREATE TABLE ws_events (event_id TEXT, value DOUBLE) WITH (connector = 'websocket_client');
WAIT FOR websocket_client TIMEOUT INTERVAL '30 seconds';
CREATE CONNECTION numbers TO generator (max_rows = 1000);
CREATE PIPELINE publish AS INSERT INTO published SELECT 'e' || counter, SQRT(counter) FROM numbers;
WAIT FOR ws_events COUNT 1000 TIMEOUT INTERVAL '60 seconds';

-- Check connection logs
SELECT * FROM system.websocket_logs
WHERE connection = 'websocket_client'
ORDER BY timestamp DESC
LIMIT 100;

-- Analyze latency
WITH latency_stats AS (
    SELECT
        EXTRACT(EPOCH FROM (processed_at - received_at)) * 1000 AS latency_ms,
        DATE_TRUNC('minute', received_at) AS minute
    FROM ws_events
    WHERE received_at > NOW() - INTERVAL '1 hour'
)
SELECT
    minute,
    COUNT(*) AS messages,
    AVG(latency_ms) AS avg_latency,
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY latency_ms) AS p50,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY latency_ms) AS p95,
    PERCENTILE_CONT(0.99) WITHIN GROUP (ORDER BY latency_ms) AS p99
FROM latency_stats
GROUP BY minute
ORDER BY minute DESC;

DROP CONNECTION numbers CASCADE;
DROP CONNECTION websocket_client CASCADE;
DROP CONNECTION exchange CASCADE;
