-- AISStream, positions of ships: {"MessageType": ..., "MetaData": {...}, "Message": {the type: {...}}}.
-- https://aisstream.io/documentation
--
-- Run it with: laminar run sql_examples/feeds/aisstream.sql --secrets-dir DIR (a file aisstream_key in it)
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION aisstream TO websocket (
    mode = 'client',
    endpoint = 'wss://stream.aisstream.io/v0/stream',
    format = 'json',
    -- Who has not subscribed within three seconds is disconnected.
    subscribe_message = JSON_OBJECT(
        'APIKey': '${secret:aisstream_key}',
        'BoundingBoxes': [[[50.0, -2.0], [60.0, 12.0]]],
        'FilterMessageTypes': ['PositionReport', 'ShipStaticData']
    )
);

-- Times are written as Go writes them.
CREATE TABLE positions (
    ship BIGINT NOT NULL WITH (json_path = '$.MetaData.MMSI'),
    name TEXT WITH (json_path = '$.MetaData.ShipName'),
    at TIMESTAMP NOT NULL WITH (json_path = '$.MetaData.time_utc', time_format = '%Y-%m-%d %H:%M:%S.%f %z %Z'),
    latitude DOUBLE WITH (json_path = '$.Message.PositionReport.Latitude'),
    longitude DOUBLE WITH (json_path = '$.Message.PositionReport.Longitude'),
    speed DOUBLE WITH (json_path = '$.Message.PositionReport.Sog'),
    course DOUBLE WITH (json_path = '$.Message.PositionReport.Cog'),
    WATERMARK FOR at AS at - INTERVAL '10 seconds'
) WITH (connector = 'aisstream', accept = MAP {'$.MessageType': 'PositionReport'});

CREATE TABLE ships (
    ship BIGINT NOT NULL WITH (json_path = '$.MetaData.MMSI'),
    name TEXT WITH (json_path = '$.Message.ShipStaticData.Name'),
    destination TEXT WITH (json_path = '$.Message.ShipStaticData.Destination'),
    draught DOUBLE WITH (json_path = '$.Message.ShipStaticData.MaximumStaticDraught')
) WITH (connector = 'aisstream', accept = MAP {'$.MessageType': 'ShipStaticData'});

CREATE TABLE refusals (error TEXT) WITH (connector = 'aisstream', accept = MAP {'$.error': EXISTS});

CREATE PIPELINE moving AS
SELECT TUMBLE(at, INTERVAL '1 minute') AS minute, COUNT(DISTINCT ship) AS ships, MAX(speed) AS fastest
FROM positions
WHERE speed > 0.5
GROUP BY TUMBLE(at, INTERVAL '1 minute');
