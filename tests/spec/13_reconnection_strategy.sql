CREATE CONNECTION ws_resilient TO websocket (
    endpoint = 'wss://critical.example.com/stream',
    mode = 'client',
    format = 'json',
    reconnect = true,
    reconnect_interval_ms = 1000,  -- Start with 1 second
    reconnect_backoff_multiplier = 2,  -- Double each time
    max_reconnect_interval_ms = 60000,  -- Max 1 minute
    max_reconnect_attempts = -1  -- Infinite retries
);
