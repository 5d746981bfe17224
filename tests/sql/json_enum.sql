-- A text that is none of an ENUM's values does not become a row.
CREATE CONNECTION feed TO file (path = 'json_enum.ndjson');
CREATE TABLE moods (mood ENUM('sad', 'ok')) WITH (connector = 'feed');
CREATE TABLE failures (error_message TEXT, failed_message TEXT) WITH (connector = 'feed', stream = 'errors');
WAIT FOR moods COUNT 2 TIMEOUT INTERVAL '1 minute';
WAIT FOR failures COUNT 2 TIMEOUT INTERVAL '1 minute';
SELECT mood FROM moods;
SELECT * FROM failures;
