CREATE CONNECTION ws_binary TO websocket (
    endpoint = 'wss://data.example.com/binary',
    mode = 'client',
    format = 'binary'
);

-- Handle binary data
CREATE TABLE binary_stream (
    data BYTEA,
    size INT,
    received_at TIMESTAMP DEFAULT NOW()
) WITH (
    connector = 'ws_binary'
);
