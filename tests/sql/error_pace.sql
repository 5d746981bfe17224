-- args: check {file}
CREATE CONNECTION good TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com', subscribe_message = ['a', 'b'],
    subscribe_interval_ms = INTERVAL '250 milliseconds', send_rate = 0.5);
CREATE TABLE good_rows (n INT) WITH (connector = 'good');
CREATE CONNECTION alone TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com', subscribe_interval_ms = 250);
CREATE CONNECTION bounds TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com', subscribe_message = 'a',
    subscribe_interval_ms = -1, send_rate = 0);
CREATE CONNECTION server TO websocket (mode = 'server', format = 'json', port = 8080, subscribe_interval_ms = 250, send_rate = 5);
