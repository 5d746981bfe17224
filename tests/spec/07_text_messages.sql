CREATE CONNECTION ws_text TO websocket (
    endpoint = 'wss://chat.example.com/messages',
    mode = 'client',
    format = 'text'
);

-- Parse text messages
CREATE TABLE chat_messages (
    message TEXT,
    received_at TIMESTAMP DEFAULT NOW()
) WITH (
    connector = 'ws_text'
);
