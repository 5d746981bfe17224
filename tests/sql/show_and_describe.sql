CREATE CONNECTION numbers TO generator (rows_per_second = 10, max_rows = 20);
CREATE CONNECTION feed TO websocket (
    endpoint = 'wss://feed.example.com/stream?token=abc',
    mode = 'client',
    format = 'json',
    headers = MAP {'Authorization': 'Bearer ${secret:token}'}
);
CREATE TABLE kept (id INTEGER PRIMARY KEY, price DECIMAL(10, 2) DEFAULT 0);
CREATE VIEW dear AS SELECT id FROM kept WHERE price > 100;
CREATE FUNCTION twice(x) AS x * 2;
SHOW CONNECTIONS;
SHOW TABLES;
SHOW VIEWS;
SHOW FUNCTIONS;
SHOW PIPELINES;
SHOW TABLES LIKE 'no%';
SHOW CREATE CONNECTION feed;
SHOW CREATE TABLE kept;
SHOW CREATE VIEW dear;
DESCRIBE kept;
DESCRIBE dear;
DESCRIBE SELECT 1 AS one, 'x' AS text, [1.5] AS list;
DESCRIBE CONNECTOR generator;
