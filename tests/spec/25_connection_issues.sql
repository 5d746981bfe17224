-- Test WebSocket connection
SELECT test_connection('websocket_client');

-- Check connection logs
SELECT * FROM system.websocket_logs
WHERE connection = 'websocket_client'
ORDER BY timestamp DESC
LIMIT 100;
