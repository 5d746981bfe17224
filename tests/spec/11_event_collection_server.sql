CREATE CONNECTION event_collector TO websocket (
    port = 8080,
    path = '/collect',
    mode = 'server',
    format = 'json',
    max_connections = 1000,
    buffer_size = 10000
);

-- Process collected events
CREATE TABLE collected_events (
    client_id TEXT,
    event_type TEXT,
    payload JSON,
    received_at TIMESTAMP DEFAULT NOW()
) WITH (
    connector = 'event_collector',
    include_metadata = true
);
