-- Text of a CSV file that is a JSON object or array is one for columns that take such.
CREATE CONNECTION feed TO file (path = 'csv_nested.csv', format = 'csv');
CREATE TABLE failures (error_message TEXT) WITH (connector = 'feed', stream = 'errors');
CREATE TABLE whole (j JSON, s STRUCT(x DOUBLE), t TEXT, plain JSON) WITH (connector = 'feed');
CREATE TABLE lists (l INTEGER[]) WITH (connector = 'feed');
WAIT FOR whole COUNT 3 TIMEOUT INTERVAL '1 minute';
WAIT FOR lists COUNT 2 TIMEOUT INTERVAL '1 minute';
WAIT FOR failures COUNT 1 TIMEOUT INTERVAL '1 minute';
SELECT *, json_type(j) AS kind FROM whole;
SELECT * FROM lists;
SELECT * FROM failures;
