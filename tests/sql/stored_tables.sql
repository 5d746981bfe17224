-- Tables without a connector keep what is inserted.
CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'unnamed', at TIMESTAMP DEFAULT TIMESTAMP '2026-01-01', tags TEXT[]);
INSERT INTO items VALUES (1, 'one', NULL, ['a']);
INSERT INTO items (id) VALUES (2), (3);
INSERT INTO items (name, id) SELECT 'n' || i, i FROM range(10, 12) r(i);
SELECT * FROM items ORDER BY id;
CREATE TABLE IF NOT EXISTS items (other INTEGER);
CREATE TABLE copies AS SELECT id, name FROM items WHERE id > 2;
SELECT * FROM copies ORDER BY id;
CREATE OR REPLACE TABLE copies (only INTEGER);
INSERT INTO copies VALUES (42);
SELECT * FROM copies;
DROP TABLE copies;
DROP TABLE IF EXISTS copies;
SELECT COUNT(*) AS left FROM items;
