-- Which column of a CSV file a column takes: the one that is spelled so, else one in another case that no other claims.
CREATE CONNECTION feed TO file (path = 'fields.csv', format = 'csv');
CREATE TABLE pairs ("E" TIMESTAMP, e TEXT, price DOUBLE, t BIGINT, "T" BIGINT) WITH (connector = 'feed');
CREATE TABLE alone (t BIGINT, PRICE DOUBLE, exact INTEGER WITH (json_path = '$.size')) WITH (connector = 'feed');
CREATE TABLE by_path (at BIGINT WITH (json_path = '$.T'), t BIGINT) WITH (connector = 'feed');
WAIT FOR pairs COUNT 2 TIMEOUT INTERVAL '1 minute';
WAIT FOR alone COUNT 2 TIMEOUT INTERVAL '1 minute';
WAIT FOR by_path COUNT 2 TIMEOUT INTERVAL '1 minute';
SELECT * FROM pairs ORDER BY price;
SELECT * FROM alone ORDER BY price;
SELECT * FROM by_path ORDER BY at;
