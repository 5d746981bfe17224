-- OCPP 1.6 over WebSocket (JSON): charge points connect to a central system, call it and are answered.
-- https://openchargealliance.org/protocols/open-charge-point-protocol/
--
-- Charge points connect to ws://HOST:9000/ocpp/NAME. Beyond a trial: host, tls_cert and tls_key, and basic_auth.
--
-- Run it with: laminar run sql_examples/feeds/ocpp.sql
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION ocpp TO websocket (
    mode = 'server',
    port = 9000,
    path = '/ocpp/{station}',
    subprotocols = ['ocpp1.6'],
    format = 'json',
    message_id_field = '$[1]',
    -- A pipeline answers the calls that are kept in tables (below); these are answered at once, and are no rows.
    replies = [
        MAP {'when': MAP {'$[0]': 2, '$[2]': 'Heartbeat'},
             'send': JSON_ARRAY(3, RECEIVED('$[1]'), JSON_OBJECT('currentTime': NOW()))},
        MAP {'when': MAP {'$[0]': 2, '$[2]': 'Authorize'},
             'send': JSON_ARRAY(3, RECEIVED('$[1]'), JSON_OBJECT('idTagInfo': JSON_OBJECT('status': 'Accepted')))},
        MAP {'when': MAP {'$[0]': 2, '$[2]': [
            'DataTransfer', 'DiagnosticsStatusNotification', 'FirmwareStatusNotification', 'LogStatusNotification',
            'SecurityEventNotification', 'SignCertificate', 'SignedFirmwareStatusNotification'
        ]},
             'send': JSON_ARRAY(4, RECEIVED('$[1]'), 'NotImplemented', '', JSON_OBJECT())}
    ]
);

CREATE TABLE boots (
    station TEXT AS (path_parameters ->> '$.station'),
    vendor TEXT WITH (json_path = '$[3].chargePointVendor'),
    model TEXT WITH (json_path = '$[3].chargePointModel')
) WITH (connector = 'ocpp', rows = '$', accept = MAP {'$[2]': 'BootNotification'});

CREATE TABLE statuses (
    station TEXT AS (path_parameters ->> '$.station'),
    connector INTEGER NOT NULL WITH (json_path = '$[3].connectorId'),
    status TEXT NOT NULL WITH (json_path = '$[3].status'),
    error TEXT WITH (json_path = '$[3].errorCode')
) WITH (connector = 'ocpp', rows = '$', accept = MAP {'$[2]': 'StatusNotification'});

CREATE TABLE meters (
    station TEXT AS (path_parameters ->> '$.station'),
    connector INTEGER NOT NULL WITH (message_path = '$[3].connectorId'),
    at TIMESTAMP NOT NULL WITH (json_path = '$.timestamp'),
    samples STRUCT(value TEXT, measurand TEXT, unit TEXT)[] WITH (json_path = '$.sampledValue'),
    WATERMARK FOR at AS at - INTERVAL '1 minute'
) WITH (connector = 'ocpp', rows = '$[3].meterValue[*]', accept = MAP {'$[2]': 'MeterValues'});

CREATE TABLE transactions (
    station TEXT AS (path_parameters ->> '$.station'),
    action TEXT NOT NULL WITH (json_path = '$[2]'),
    tag TEXT WITH (json_path = '$[3].idTag'),
    meter BIGINT WITH (json_path = '$[3].meterStart'),
    meter_stop BIGINT WITH (json_path = '$[3].meterStop'),
    at TIMESTAMP NOT NULL WITH (json_path = '$[3].timestamp')
) WITH (connector = 'ocpp', rows = '$', accept = MAP {'$[2]': ['StartTransaction', 'StopTransaction']});

-- What goes to charge points: an INSERT of a client_id and [2, id, action, {...}] is a call of ours.
CREATE TABLE sent (client_id TEXT, message JSON) WITH (connector = 'ocpp', mode = 'sink');

-- The answers to our calls.
CREATE TABLE answers (
    station TEXT AS (path_parameters ->> '$.station'),
    kind INTEGER NOT NULL WITH (json_path = '$[0]'),
    id TEXT NOT NULL WITH (json_path = '$[1]'),
    result JSON WITH (json_path = '$[2]')
) WITH (connector = 'ocpp', rows = '$', accept = MAP {'$[0]': [3, 4]});

CREATE TABLE calls (action TEXT NOT NULL WITH (json_path = '$[2]'))
WITH (connector = 'ocpp', rows = '$', accept = MAP {'$[0]': 2, '$[2]': [
    'BootNotification', 'StatusNotification', 'StartTransaction', 'StopTransaction', 'MeterValues'
]});

-- Transactions need numbers: the second in which they begin.
CREATE PIPELINE answering AS
INSERT INTO sent
SELECT client_id, json_array(3, message_id, CASE action
    WHEN 'BootNotification' THEN json_object(
        'status', 'Accepted', 'currentTime', strftime(received_at, '%Y-%m-%dT%H:%M:%SZ'), 'interval', 300
    )
    WHEN 'StartTransaction' THEN json_object(
        'transactionId', CAST(floor(epoch(received_at)) AS BIGINT), 'idTagInfo', json_object('status', 'Accepted')
    )
    ELSE json_object()
END)
FROM calls;

CREATE PIPELINE power AS
SELECT station, connector, at, TRY_CAST(sample.value AS DOUBLE) AS watts
FROM (SELECT station, connector, at, UNNEST(samples) AS sample FROM meters)
WHERE sample.measurand = 'Power.Active.Import';

-- Who has booted says how every connector is.
CREATE PIPELINE asking AS
INSERT INTO sent
SELECT client_id, json_array(
    2, 'status-' || message_id, 'TriggerMessage', json_object('requestedMessage', 'StatusNotification')
)
FROM boots;
