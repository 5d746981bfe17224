CREATE TABLE customers (id INTEGER, name TEXT);
SELECT id,
       nmae
FROM customers;
