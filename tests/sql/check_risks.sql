-- args: check {file}
CREATE CONNECTION feed TO websocket (
    mode = 'client',
    endpoint = ['wss://feed.example.com/', 'ws://feed.example.com/'],
    format = 'json',
    headers = MAP {'Authorization': 'Bearer ${secret:token}', 'X-Api-Key': 'abc123'},
    tls_verify = false
);
CREATE CONNECTION signed TO websocket (
    mode = 'client',
    endpoint = 'ws://signed.example.com/?at=' || EPOCH_MS(NOW()),
    format = 'json',
    headers = MAP {'X-Api-Key': 'abc' || '123', 'X-Token': SECRET('token')},
    subscribe_message = JSON_OBJECT('id': NEXT_ID(), 'password': 'hunter2', 'signature': HMAC_SHA256(SECRET('key'), 'GET'))
);
CREATE TABLE signed_rows (n INT) WITH (connector = 'signed');
CREATE CONNECTION hub TO websocket (mode = 'server', host = '0.0.0.0', port = 8080, format = 'json');
CREATE CONNECTION forgotten TO generator (max_rows = 1);
CREATE TABLE trades (symbol TEXT, price DOUBLE) WITH (connector = 'feed');
CREATE TABLE published (symbol TEXT, price DOUBLE) WITH (connector = 'hub');
CREATE PIPELINE publish AS INSERT INTO published SELECT symbol, price FROM trades;
CREATE PIPELINE shown AS SELECT symbol FROM trades WHERE price > 10;
