-- args: check {file}
CREATE TABLE a (k TEXT) WITH (connector = 'websocket', endpoint = 'wss://example.com', format = 'json', retenshun = INTERVAL '1 hour');
CREATE TABLE b (k TEXT) WITH (connector = 'websocket', endpont = 'wss://example.com', format = 'json');
CREATE TABLE c (k TEXT) WITH (connector = 'websocket', format = 'json');
CREATE TABLE d (k TEXT) WITH (connector = 'websockt', endpoint = 'wss://example.com', format = 'json');
CREATE TABLE e (k TEXT) WITH (connector = 'websocket', endpoint = 'wss://example.com', port = 80, format = 'json');
CREATE TABLE f (k TEXT) WITH ('connector' = 'websocket', 'endpoint' = 'ws://example.com/?token=abc', 'format' = 'json', mode = 'sink');
ALTER CONNECTION "f.connection" SET (reconnect = false);
CREATE OR REPLACE CONNECTION "f.connection" TO stdout ();
DROP CONNECTION "f.connection";
CREATE PIPELINE reader AS INSERT INTO f SELECT k FROM "f.connection";
DROP TABLE f;
CREATE OR REPLACE TABLE f (k TEXT);
CREATE TABLE g (k TEXT) WITH (connector = 'websocket', url = 'wss://example.com/${secret:token}', format = 'json', headers = MAP {'X-API-Key': 'abc'});
CREATE TABLE again (counter BIGINT) WITH (connector = 'generator');
CREATE OR REPLACE TABLE again (counter BIGINT) WITH (connector = 'again.connection');
