-- Views and functions are expanded where they are used.
CREATE TABLE numbers (n INTEGER);
INSERT INTO numbers SELECT i FROM range(1, 6) r(i);
CREATE VIEW odd AS SELECT n FROM numbers WHERE n % 2 = 1;
CREATE VIEW squares (root, square) AS SELECT n, n * n FROM odd;
CREATE FUNCTION scaled(x, factor) AS x * factor + 1;
SELECT * FROM squares ORDER BY root;
SELECT s.root, scaled(square, 10) AS scaled FROM squares s WHERE scaled(s.root, 1) > 2 ORDER BY 1;
CREATE OR REPLACE VIEW odd AS SELECT n FROM numbers WHERE n % 2 = 0;
SELECT * FROM squares ORDER BY root;
CREATE OR REPLACE FUNCTION scaled(x, factor) AS x - factor;
SELECT scaled(10, 3) AS changed;
INSERT INTO numbers VALUES (100);
SELECT COUNT(*) AS live FROM squares;
DROP TABLE numbers CASCADE;
SHOW VIEWS;
