CREATE CONNECTION ws_compressed TO websocket (
    endpoint = 'wss://compressed.example.com/stream',
    mode = 'client',
    format = 'json',
    compression = 'zstd',
    compression_level = 3
);
