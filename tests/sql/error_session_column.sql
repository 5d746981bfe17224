-- args: check {file}
-- The number of a session is metadata, of a type that holds every one: no field of a message takes its place.
CREATE CONNECTION hub TO websocket (mode = 'server', port = 0, format = 'json');
CREATE CONNECTION feed TO websocket (mode = 'client', endpoint = 'wss://stream.example.com/', format = 'text');
CREATE CONNECTION lines TO file (path = 'readings.ndjson');
CREATE TABLE small (session_id SMALLINT, n INT) WITH (connector = 'hub');
CREATE TABLE huge ("Session_ID" HUGEINT, message TEXT) WITH (connector = 'feed');
CREATE TABLE fine (session_id UINTEGER, n INT) WITH (connector = 'hub');
CREATE TABLE a_field (session_id TINYINT WITH (json_path = '$.session_id'), n INT) WITH (connector = 'hub');
CREATE TABLE replies (session_id SMALLINT, n INT) WITH (connector = 'hub', mode = 'sink');
CREATE TABLE from_file (session_id SMALLINT) WITH (connector = 'lines');
