-- args: check {file}
CREATE CONNECTION feed TO websocket (mode = 'client', endpoint = 'wss://example.com', format = 'json');
CREATE TABLE stored (a INTEGER, b AS a + 1);
CREATE TABLE sending (a INTEGER, b AS a + 1) WITH (connector = 'feed', mode = 'sink');
CREATE TABLE unknown (a INTEGER, b AS x + 1) WITH (connector = 'feed');
CREATE TABLE later (a INTEGER, b AS c + 1, c AS a + 1) WITH (connector = 'feed');
CREATE TABLE summed (a INTEGER, b AS SUM(a)) WITH (connector = 'feed');
CREATE TABLE both (a INTEGER, b INTEGER NOT NULL DEFAULT 1 AS (a)) WITH (connector = 'feed');
CREATE TABLE no_time (a INTEGER, b AS a + 1, WATERMARK FOR b) WITH (connector = 'feed');
CREATE TABLE good (a INTEGER, b AS a + 1) WITH (connector = 'feed');
INSERT INTO good (a, b) VALUES (1, 2);
INSERT INTO good VALUES (1, 2);
INSERT INTO good VALUES (1);
CREATE FUNCTION one_more(x) AS x + 1;
CREATE TABLE counted (counter BIGINT, c AS one_more(counter)) WITH (connector = 'generator', max_rows = 5);
CREATE OR REPLACE FUNCTION one_more(x, y) AS x + y;
