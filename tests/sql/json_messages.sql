-- Who wants metadata alone has a row for each message, whatever is in it.
CREATE CONNECTION feed TO file (path = 'json_messages.ndjson');
CREATE TABLE arrivals (connection_name TEXT) WITH (connector = 'feed');
CREATE PIPELINE texts AS SELECT message FROM feed;
WAIT FOR arrivals COUNT 5 TIMEOUT INTERVAL '1 minute';
WAIT FOR texts COUNT 5 TIMEOUT INTERVAL '1 minute';
SELECT connection_name, message, IS_VALID_JSON(message) AS valid FROM arrivals;
