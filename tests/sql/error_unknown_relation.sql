CREATE TABLE customers (id INTEGER, name TEXT);
SELECT 'runs' AS word;
SELECT name FROM custmers;
SELECT 'does not run' AS word;
