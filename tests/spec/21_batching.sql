CREATE CONNECTION ws_batched TO websocket (
    endpoint = 'wss://bulk.example.com/stream',
    mode = 'client',
    format = 'json',
    batch_size = 1000,
    batch_timeout_ms = 100,
    compression = 'gzip'
);
