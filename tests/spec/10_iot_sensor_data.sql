CREATE CONNECTION iot_stream TO websocket (
    endpoint = 'wss://iot.example.com/sensors',
    mode = 'client',
    format = 'json',
    reconnect = true,
    max_reconnect_attempts = 100,
    buffer_size = 5000
);

-- Process sensor readings
CREATE PIPELINE sensor_analytics AS
SELECT 
    sensor_id,
    location,
    AVG(temperature) as avg_temp,
    MAX(temperature) as max_temp,
    MIN(temperature) as min_temp,
    COUNT(*) as reading_count,
    TUMBLE(timestamp, INTERVAL '5 minutes') as window
FROM iot_stream
GROUP BY 
    sensor_id,
    location,
    TUMBLE(timestamp, INTERVAL '5 minutes');
