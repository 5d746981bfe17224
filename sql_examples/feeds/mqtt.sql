-- MQTT 3.1.1 over WebSocket: packets of bytes, one in each message; a subscription without acknowledgements (QoS 0).
-- https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/mqtt-v3.1.1.html
--
-- Run it with: laminar run sql_examples/feeds/mqtt.sql
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION mqtt TO websocket (
    mode = 'client',
    endpoint = 'wss://broker.example.com:8884/mqtt',
    format = 'binary',
    subprotocols = 'mqtt',
    handshake = [
        -- CONNECT: MQTT, level 4, a clean session with user and password (C2), 60 seconds; the client's name is left to
        -- the broker. Each text has its length before it, in two bytes; what follows the first two bytes has 23 and that
        -- of the password (below 105).
        MAP {'send': X'10' || UNHEX(LPAD(HEX(23 + OCTET_LENGTH(SECRET('broker_password'))), 2, '0'))
            || X'0004' || ENCODE('MQTT') || X'04C2003C' || X'0000' || X'0007' || ENCODE('laminar')
            || UNHEX(LPAD(HEX(OCTET_LENGTH(SECRET('broker_password'))), 4, '0')) || ENCODE(SECRET('broker_password'))},
        -- CONNACK: accepted, or why not.
        MAP {'expect': MAP {'data': '\x20\x02\x00\x00'}, 'refuse': MAP {'data': [
            '\x20\x02\x00\x01', '\x20\x02\x00\x02', '\x20\x02\x00\x03', '\x20\x02\x00\x04', '\x20\x02\x00\x05'
        ]}},
        -- SUBSCRIBE, as packet 1: a topic of 9 bytes (sensors/#) at QoS 0; and SUBACK.
        MAP {'send': X'820E00010009' || ENCODE('sensors/#') || X'00'},
        MAP {'expect': MAP {'data': '\x90\x03\x00\x01\x00'}, 'refuse': MAP {'data': '\x90\x03\x00\x01\x80'}}
    ],
    -- PINGREQ, within the 60 seconds.
    ping_message = X'C000',
    heartbeat_interval_s = 30
);

-- PUBLISH, plain or retained: type, length of the rest (a byte for each 7 bits of it), length of the topic, topic, payload.
CREATE TABLE readings (
    data BLOB,
    topic_at INTEGER AS (CASE
        WHEN ('0x' || hex(data[2:2]))::INTEGER < 128 THEN 3
        WHEN ('0x' || hex(data[3:3]))::INTEGER < 128 THEN 4
        WHEN ('0x' || hex(data[4:4]))::INTEGER < 128 THEN 5
        ELSE 6
    END),
    payload_at INTEGER AS (topic_at + 2 + ('0x' || hex(data[topic_at:topic_at + 1]))::INTEGER),
    topic TEXT AS (decode(data[topic_at + 2:payload_at - 1])),
    payload TEXT AS (decode(data[payload_at:])),
    sensor TEXT AS (split_part(topic, '/', 2)),
    reading DOUBLE AS (TRY_CAST(payload AS DOUBLE))
) WITH (connector = 'mqtt', accept = MAP {'data': [STARTS_WITH('\x30'), STARTS_WITH('\x31')]});

CREATE PIPELINE averages AS
SELECT sensor, TUMBLE(received_at, INTERVAL '1 minute') AS minute, AVG(reading) AS average
FROM readings
GROUP BY sensor, TUMBLE(received_at, INTERVAL '1 minute');
