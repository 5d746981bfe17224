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
CREATE TABLE readings (
    sensor_id TEXT, location TEXT, temperature DOUBLE, timestamp TIMESTAMP,
    WATERMARK FOR timestamp AS timestamp - INTERVAL '5 seconds'     -- So much later may a reading come than others.
) WITH (connector = 'iot_stream');

-- Windows of five minutes. A pipeline without a sink prints its rows: each window as soon as it is over.
-- window.start and window.end are its bounds.
CREATE PIPELINE sensor_analytics AS
SELECT
    sensor_id,
    location,
    ROUND(AVG(temperature), 2) AS avg_temp,
    MAX(temperature) AS max_temp,
    MIN(temperature) AS min_temp,
    COUNT(*) AS reading_count,
    TUMBLE(timestamp, INTERVAL '5 minutes') AS window
FROM readings
GROUP BY
    sensor_id,
    location,
    TUMBLE(timestamp, INTERVAL '5 minutes');

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
WAIT FOR measure COUNT 240 TIMEOUT INTERVAL '60 seconds';

-- The fourth window is over when a reading comes that is later than its end by the five seconds of the watermark. One
-- that then comes for it is late: it is left out, and the errors stream tells of it.
INSERT INTO hub_out VALUES ('s0', 'roof', 16, TIMESTAMP '2026-01-02 09:20:05');
WAIT FOR sensor_analytics COUNT 8 TIMEOUT INTERVAL '60 seconds';
CREATE TABLE iot_errors (error_type TEXT, error_message TEXT, failed_message TEXT)
    WITH (connector = 'iot_stream', stream = 'errors');
INSERT INTO hub_out VALUES ('s1', 'cellar', 99, TIMESTAMP '2026-01-02 09:19:59');
WAIT FOR iot_errors COUNT 1 TIMEOUT INTERVAL '60 seconds';
SELECT error_type, CAST(failed_message AS JSON) ->> 'sensor_id' AS sensor_id FROM iot_errors;

DROP CONNECTION clock CASCADE;
DROP CONNECTION iot_stream CASCADE;
DROP CONNECTION hub CASCADE;
