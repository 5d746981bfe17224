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
