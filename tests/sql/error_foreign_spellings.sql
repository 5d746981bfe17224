-- args: check {file}
-- What other systems write otherwise: hints say how.
CREATE CONNECTION a TO websocket (mode = 'client', endpoint = 'wss://example.com', format = 'json', headers = MAP {'Authorization': 'Bearer {{ TOKEN }}'});
CREATE TABLE t (k TEXT, v DOUBLE, d ARRAY, ts TIMESTAMP) WITH (connector = 'a');
CREATE TABLE s (k TEXT, v DOUBLE, ts TIMESTAMP) WITH (connector = 'a');
SELECT k FROM s WHERE ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) = 1;
