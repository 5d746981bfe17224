CREATE CONNECTION ws_with_ack TO websocket (
    endpoint = 'wss://reliable.example.com/stream',
    mode = 'client',
    format = 'json',
    auto_ack = false,  -- Manual acknowledgment
    ack_timeout_ms = 5000
);

-- Process with acknowledgment
CREATE PIPELINE reliable_processor AS
WITH processed AS (
    SELECT 
        *,
        process_message(data) as result
    FROM ws_with_ack
)
SELECT 
    ACKNOWLEDGE_MESSAGE(message_id) as ack
FROM processed
WHERE result.success = true;
