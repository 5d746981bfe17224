-- args: check {file}
-- Expressions in options are bound when the connection is declared: without a network, and to the column.
CREATE CONNECTION good TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com/?t=' || URL_ENCODE(SECRET('token')),
    headers = MAP {'Authorization': 'Bearer ' || SECRET('token'), 'X-Time': EPOCH_MS(NOW())}, resume_field = '$.seq',
    subscribe_message = [JSON_OBJECT('id': NEXT_ID(), 'after': RESUME(), 'sign': HMAC_SHA256(SECRET('key'), 'GET' || EPOCH_MS(NOW()))), X'10FF'],
    ping_message = CASE WHEN RESUME() IS NOT NULL THEN JSON_OBJECT('op': 1, 'd': RESUME()) ELSE JSON_OBJECT('op': 1) END,
    ack_message = JSON_OBJECT('ack': '${message_id}', 'by': UUID()));
CREATE TABLE good_rows (n INT) WITH (connector = 'good');
CREATE CONNECTION functions TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com', resume_field = '$.n',
    subscribe_message = [SHA265('x') || '', HMAC_SHA256('k') || '', NOW(1) || '', SECRET(RESUME()) || '', SECRET('a b') || '', COUNT(*) || '']);
CREATE CONNECTION types TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com', resume_field = '$.n',
    headers = MAP {'X-Key': UNHEX('00')},
    subscribe_message = ['a' || X'00', SHA256(NOW()), EPOCH_MS('now') || '', -'a' || '', NOW() + 1 || '', DECODE('a'), UPPER(X'61'),
        CAST('1' AS DECIMAL(3)), CAST(NOW() AS BIGINT) || '', CASE WHEN 'a' THEN 1 END || '', 1 = 'a' || '', COALESCE(X'00', 'a')]);
CREATE CONNECTION forms TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com', resume_field = '$.n',
    subscribe_message = ['a' || name, (SELECT 1) || '', 'a' LIKE 'b', JSON_OBJECT('a': RESUME(), 'b': '${message_id} ${secret:a b}'),
        SUM(1) OVER () || '', 'a' ^ 'b']);
CREATE CONNECTION places TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com/' || NEXT_ID(),
    headers = MAP {'X-Id': NEXT_ID() || '', 'Upgrade': 'a' || UUID()}, ack_message = 'a' || RESUME(),
    subscribe_message = 'a' || RECEIVED('$.a'), port = 1 + 1, pong_message = 'a' || UUID(), ping_message = 'p' || RESUME());
CREATE CONNECTION urls TO websocket (mode = 'client', format = 'json', endpoint = ['http://example.com/' || UUID(), UUID() || '', X'00']);
