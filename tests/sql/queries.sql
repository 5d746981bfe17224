-- Joins, grouping, windows, set operations, common table expressions.
CREATE TABLE trades (symbol TEXT, price DOUBLE, volume INTEGER, day DATE);
INSERT INTO trades VALUES
    ('A', 10, 100, DATE '2026-01-01'), ('A', 12, 50, DATE '2026-01-02'), ('A', 11, 70, DATE '2026-01-03'),
    ('B', 20, 10, DATE '2026-01-01'), ('B', 18, 30, DATE '2026-01-02'), ('C', NULL, 5, DATE '2026-01-01');
CREATE TABLE companies (symbol TEXT PRIMARY KEY, name TEXT);
INSERT INTO companies VALUES ('A', 'Alpha'), ('B', 'Beta'), ('D', 'Delta');

SELECT symbol, COUNT(*) AS trades, AVG(price) AS average, SUM(volume) FILTER (WHERE price > 10) AS volume FROM trades GROUP BY 1 ORDER BY 1;
SELECT day AS d, MAX(price) AS high FROM trades GROUP BY d HAVING COUNT(*) > 1 ORDER BY d;
SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY price) AS median FROM trades;
SELECT name, price FROM companies JOIN trades USING (symbol) WHERE day = DATE '2026-01-01' ORDER BY name;
SELECT c.name, t.price FROM companies c LEFT JOIN trades t ON t.symbol = c.symbol AND t.price > 11 ORDER BY c.name, t.price;
SELECT name FROM companies c WHERE NOT EXISTS (SELECT 1 FROM trades t WHERE t.symbol = c.symbol);
SELECT symbol, day, price - LAG(price) OVER (PARTITION BY symbol ORDER BY day) AS change FROM trades ORDER BY symbol, day;
SELECT symbol, SUM(volume) OVER (PARTITION BY symbol ORDER BY day ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS recent FROM trades ORDER BY symbol, day;
SELECT symbol, price FROM trades WHERE price IS NOT NULL QUALIFY ROW_NUMBER() OVER (PARTITION BY symbol ORDER BY price DESC) = 1 ORDER BY symbol;
WITH totals AS (SELECT symbol, SUM(volume) AS volume FROM trades GROUP BY symbol)
SELECT symbol, volume FROM totals WHERE volume > (SELECT AVG(volume) FROM totals) ORDER BY symbol;
WITH RECURSIVE countdown(n) AS (SELECT 3 UNION ALL SELECT n - 1 FROM countdown WHERE n > 1) SELECT n FROM countdown ORDER BY n DESC;
SELECT symbol FROM trades EXCEPT SELECT symbol FROM companies;
SELECT 1 AS x UNION ALL SELECT 1 UNION SELECT 2 ORDER BY x;
VALUES (1, 'one'), (2, 'two');
SELECT UNNEST([1, 2]) AS n, UNNEST(['a', 'b']) AS t;
SELECT DISTINCT symbol FROM trades ORDER BY symbol LIMIT 2 OFFSET 1;
SELECT * EXCLUDE (volume) FROM trades ORDER BY symbol, day LIMIT 1;
