CREATE CONNECTION ws_json TO websocket (
    endpoint = 'wss://stream.example.com/json',
    mode = 'client',
    format = 'json'
);

-- Usage
CREATE TABLE ws_events (
    event_id TEXT,
    event_type TEXT,
    timestamp TIMESTAMP,
    data JSON
) WITH (
    connector = 'ws_json'
);

-- Query JSON data
SELECT 
    event_id,
    event_type,
    JSON_EXTRACT(data, '$.user_id') as user_id,
    JSON_EXTRACT(data, '$.amount') as amount
FROM ws_events
WHERE event_type = 'transaction';
