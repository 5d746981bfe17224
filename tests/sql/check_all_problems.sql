-- args: check {file}
-- A definition with a mistake is reported once, not wherever it is used.
CREATE CONNECTION feed TO websocket (mode = 'client', format = 'json');
CREATE TABLE events (id INTEGER) WITH (connector = 'feed');
SELECT * FROM events;
CREATE TABLE good (id INTEGER, id TEXT);
CREATE TABLE fine (id INTEGER, name TEXTT);
SELECT nme FROM fine;
SELECT LENGHT('x') AS n;
SELECT id FROM nowhere;
INSERT INTO nowhere_else VALUES (1);
DROP VIEW nothing;
