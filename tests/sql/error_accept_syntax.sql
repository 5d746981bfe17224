-- args: check {file}
CREATE CONNECTION feed TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com');
CREATE TABLE p (x TEXT) WITH (connector = 'feed', accept = MAP {'$.a': STARTS_WITH(1)});
