-- Main connection
CREATE CONNECTION ws_main TO websocket (
    endpoint = 'wss://stream.example.com/data',
    mode = 'client',
    format = 'json',
    dlq_enabled = true
);

-- Process valid messages
CREATE PIPELINE valid_messages AS
SELECT * FROM ws_main
WHERE IS_VALID_JSON(message);

-- Handle invalid messages
CREATE PIPELINE invalid_messages AS
INSERT INTO error_log
SELECT 
    message as raw_message,
    'invalid_json' as error_type,
    NOW() as error_time
FROM ws_main
WHERE NOT IS_VALID_JSON(message);
