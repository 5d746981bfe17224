-- Each element of an array is a row of its own, and an error of its own.
CREATE CONNECTION feed TO file (path = 'json_elements.ndjson');
CREATE TABLE trades (ev TEXT, c INTEGER[]) WITH (connector = 'feed');
CREATE TABLE failures (error_type TEXT, error_message TEXT, failed_message TEXT)
WITH (connector = 'feed', stream = 'errors');
WAIT FOR trades COUNT 3 TIMEOUT INTERVAL '1 minute';
WAIT FOR failures COUNT 3 TIMEOUT INTERVAL '1 minute';
SELECT * FROM trades;
SELECT * FROM failures;
