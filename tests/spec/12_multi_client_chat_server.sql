CREATE CONNECTION chat_server TO websocket (
    port = 8081,
    path = '/chat',
    mode = 'server',
    format = 'json',
    broadcast = true,  -- Broadcast to all connected clients
    max_connections = 500
);

-- Store and forward messages
CREATE PIPELINE chat_processor AS
INSERT INTO chat_outgoing
SELECT 
    JSON_OBJECT(
        'user': user_name,
        'message': message,
        'timestamp': NOW(),
        'room': room_id
    ) as outbound_message
FROM chat_server
WHERE message_type = 'chat';
