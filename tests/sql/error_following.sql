-- args: check {file}
CREATE CONNECTION good TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com', reconnect_url_path = '$.url');
CREATE TABLE good_rows (n INT) WITH (connector = 'good');
CREATE CONNECTION path TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com', reconnect_url_path = '');
CREATE CONNECTION text TO websocket (mode = 'client', format = 'text', endpoint = 'wss://example.com', reconnect_url_path = '$.url');
CREATE CONNECTION once TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com', reconnect = false, reconnect_url_path = '$.url');
CREATE CONNECTION server TO websocket (mode = 'server', format = 'json', port = 8080, reconnect_url_path = '$.url');
