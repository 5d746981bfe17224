CREATE CONNECTION ws_error_handling TO websocket (
    endpoint = 'wss://api.example.com/stream',
    mode = 'client',
    format = 'json',
    on_error = 'continue',  -- continue, fail, retry
    max_errors_per_minute = 10,
    error_buffer_size = 100
);

-- Monitor errors
CREATE TABLE ws_errors (
    error_type TEXT,
    error_message TEXT,
    failed_message TEXT,
    timestamp TIMESTAMP DEFAULT NOW()
) WITH (
    connector = 'ws_error_handling',
    stream = 'errors'
);
