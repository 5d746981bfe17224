-- Of a field given twice the last counts, also where it leads to the rows.
CREATE CONNECTION feed TO file (path = 'rows_given_twice.ndjson');
CREATE TABLE failures (error_message TEXT) WITH (connector = 'feed', stream = 'errors');
CREATE TABLE found (p INT) WITH (connector = 'feed', rows = '$.data[*]');
WAIT FOR found COUNT 3 TIMEOUT INTERVAL '1 minute';
SELECT p FROM found;
SELECT * FROM failures;
