-- Rows within messages, with fields of the message beside them: before, and after.
CREATE CONNECTION feed TO file (path = 'rows.ndjson');
CREATE TABLE failures (error_type TEXT, error_message TEXT, failed_message TEXT) WITH (connector = 'feed', stream = 'errors');
CREATE TABLE trades (
    p DOUBLE,
    q INT DEFAULT 42,
    symbol TEXT NOT NULL WITH (message_path = '$.symbol'),
    at TIMESTAMP DEFAULT TIMESTAMP '2026-01-01' WITH (message_path = '$.ts'),
    second JSON WITH (message_path = '$.ts'),
    row_text JSON WITH (json_path = '$')
) WITH (connector = 'feed', rows = '$.data[*]', accept = MAP {'$.data': EXISTS});
-- A feed whose messages are arrays: the message is the row, or what is in one of its places is several.
CREATE TABLE tickers (channel INT WITH (json_path = '$[0]'), price DOUBLE WITH (json_path = '$[1][0]'), pair TEXT WITH (json_path = '$[3]'), whole JSON WITH (json_path = '$'))
WITH (connector = 'feed', rows = '$', accept = MAP {'$[2]': 'ticker'});
CREATE TABLE pair_trades (price DOUBLE WITH (json_path = '$[0]'), side TEXT WITH (json_path = '$[1]'), pair TEXT WITH (message_path = '$[3]'), channel INT WITH (message_path = '$[0]'))
WITH (connector = 'feed', rows = '$[1][*]', accept = MAP {'$[2]': 'trade'});
CREATE TABLE nowhere (symbol TEXT WITH (message_path = '$.symbol')) WITH (connector = 'feed', rows = '$.data[*]', accept = MAP {'$.symbol': 'nowhere'});
CREATE TABLE counted (connection_name TEXT) WITH (connector = 'feed', rows = '$.data[*]', accept = MAP {'$.symbol': 'ETH'});
WAIT FOR pair_trades COUNT 2 TIMEOUT INTERVAL '1 minute';
WAIT FOR tickers COUNT 1 TIMEOUT INTERVAL '1 minute';
WAIT FOR failures COUNT 5 TIMEOUT INTERVAL '1 minute';
SELECT * FROM trades;
SELECT p, message, message_id FROM trades WHERE p IN (3, 5, 6);
SELECT * FROM tickers;
SELECT * FROM pair_trades;
SELECT * FROM nowhere;
SELECT COUNT(*) AS count FROM counted;
SELECT * FROM failures;
SELECT messages_received, messages_failed, messages_unmatched FROM system.connections;
SHOW CREATE TABLE pair_trades;
