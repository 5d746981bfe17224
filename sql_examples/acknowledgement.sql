-- Message acknowledgement: a message is done only when a pipeline says so.
--
-- Run it with: laminar run sql_examples/acknowledgement.sql

-- A sender that hears the acknowledgements. It sends each message once and then waits.
CREATE CONNECTION sender TO websocket (mode = 'server', port = 18151, format = 'json', broadcast = true);
CREATE TABLE orders_out (message_id TEXT, data JSON) WITH (connector = 'sender');
CREATE TABLE acknowledgements (type TEXT, message_id TEXT) WITH (connector = 'sender');

CREATE CONNECTION ws_with_ack TO websocket (
    endpoint = 'ws://127.0.0.1:18151/',
    mode = 'client',
    format = 'json',
    auto_ack = false,         -- Manual acknowledgment
    ack_timeout_ms = 300,     -- What is not acknowledged within that time is delivered again ...
    max_deliveries = 3,       -- ... until it has been delivered that often,
    dlq_enabled = true        -- and then it goes to the dead letters.
);
-- ack_message would change what is sent; the default is {"type": "ack", "message_id": ...}.
-- message_id_field would name another field of the message than "message_id".

-- What processing means. A function is an expression: here its value is a structure.
CREATE FUNCTION process_message(data) AS {
    'success': CAST(data ->> 'quantity' AS INTEGER) > 0,
    'total': CAST(data ->> 'quantity' AS INTEGER) * CAST(data ->> 'price' AS DOUBLE)
};

-- All deliveries, to look at afterwards.
CREATE TABLE deliveries (message_id TEXT, data JSON) WITH (connector = 'ws_with_ack');

-- Process with acknowledgment. ACKNOWLEDGE_MESSAGE is evaluated, and sent, for the rows that pass the WHERE alone.
CREATE PIPELINE reliable_processor AS
WITH processed AS (
    SELECT
        *,
        process_message(data) AS result
    FROM ws_with_ack
)
SELECT
    ACKNOWLEDGE_MESSAGE(message_id) AS ack
FROM processed
WHERE result.success = true;

WAIT FOR ws_with_ack TIMEOUT INTERVAL '30 seconds';
INSERT INTO orders_out VALUES
    ('order-1', JSON_OBJECT('quantity': 2, 'price': 9.5)),
    ('order-2', JSON_OBJECT('quantity': 0, 'price': 1.0)),   -- never succeeds
    ('order-3', JSON_OBJECT('quantity': 1, 'price': 4.0));

WAIT FOR acknowledgements COUNT 2 TIMEOUT INTERVAL '30 seconds';
WAIT FOR deliveries COUNT 5 TIMEOUT INTERVAL '30 seconds';

SELECT message_id FROM acknowledgements ORDER BY message_id;

-- delivery_count tells first deliveries from later ones.
SELECT message_id, MAX(delivery_count) AS deliveries FROM deliveries GROUP BY message_id ORDER BY message_id;

-- Other messages are not acknowledged by hand, but by themselves once they have been processed: with auto_ack = true
-- and an ack_message.
CREATE CONNECTION receiver TO websocket (
    endpoint = 'ws://127.0.0.1:18151/',
    mode = 'client',
    format = 'json',
    ack_message = JSON_OBJECT('type': 'processed', 'message_id': '${message_id}')
);
CREATE TABLE received (message_id TEXT) WITH (connector = 'receiver');
WAIT FOR receiver TIMEOUT INTERVAL '30 seconds';
INSERT INTO orders_out VALUES ('order-4', JSON_OBJECT('quantity': 7, 'price': 1.0));
WAIT FOR acknowledgements COUNT 4 TIMEOUT INTERVAL '30 seconds';
SELECT type, message_id FROM acknowledgements WHERE message_id = 'order-4' ORDER BY type;

DROP CONNECTION receiver CASCADE;
DROP CONNECTION ws_with_ack CASCADE;
DROP CONNECTION sender CASCADE;
