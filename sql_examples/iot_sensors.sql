-- Client mode: IoT sensor data.
--
-- Run it with: laminar run sql_examples/iot_sensors.sql

-- A stand-in for the sensors' hub, so that this example needs nobody else.
CREATE CONNECTION hub TO websocket (mode = 'server', port = 18182, path = '/sensors', format = 'json', broadcast = true);
CREATE TABLE hub_out (sensor_id TEXT, location TEXT, temperature DOUBLE, timestamp TIMESTAMP) WITH (connector = 'hub');

CREATE CONNECTION iot_stream TO websocket (
    endpoint = 'ws://127.0.0.1:18182/sensors',
    mode = 'client',
    format = 'json',
    reconnect = true,
    max_reconnect_attempts = 100,
    buffer_size = 5000          -- So many readings may wait; then the hub has to.
);
CREATE TABLE readings (sensor_id TEXT, location TEXT, temperature DOUBLE, timestamp TIMESTAMP)
    WITH (connector = 'iot_stream');

-- Two sensors, a reading every 10 seconds of their time, for 20 minutes.
WAIT FOR iot_stream TIMEOUT INTERVAL '30 seconds';
CREATE CONNECTION clock TO generator (max_rows = 240);
CREATE PIPELINE measure AS
INSERT INTO hub_out
SELECT
    's' || (counter % 2),
    CASE counter % 2 WHEN 0 THEN 'roof' ELSE 'cellar' END,
    15 + 10 * (counter % 2) + counter / 240.0,
    TIMESTAMP '2026-01-02 09:00:00' + ((counter - 1) // 2) * INTERVAL '10 seconds'
FROM clock;
WAIT FOR readings COUNT 240 TIMEOUT INTERVAL '60 seconds';

-- Windows of five minutes, of what has arrived. window.start and window.end are its bounds.
SELECT
    sensor_id,
    location,
    ROUND(AVG(temperature), 2) AS avg_temp,
    MAX(temperature) >= MIN(temperature) AS has_range,
    COUNT(*) AS reading_count,
    TUMBLE(timestamp, INTERVAL '5 minutes') AS window
FROM readings
GROUP BY
    sensor_id,
    location,
    TUMBLE(timestamp, INTERVAL '5 minutes')
ORDER BY sensor_id, window;

DROP CONNECTION clock CASCADE;
DROP CONNECTION iot_stream CASCADE;
DROP CONNECTION hub CASCADE;
