-- args: check {file}
CREATE CONNECTION a TO websockt (mode = 'client');
CREATE CONNECTION b TO websocket (mode = 'client', format = 'json', endpont = 'wss://example.com');
CREATE CONNECTION c TO websocket (mode = 'server', format = 'json', port = 8080, endpoint = 'wss://example.com');
CREATE CONNECTION d TO websocket (mode = 'client', format = 'json', endpoint = 'http://example.com');
CREATE CONNECTION e TO websocket (mode = 'server', format = 'json', port = 99999);
CREATE CONNECTION f TO websocket (mode = 'client', format = 'jsn', endpoint = 'wss://example.com', reconnect = 'yes', heartbeat_interval_s = -1);
CREATE CONNECTION g TO websocket (format = 'json', mode = 'client', mode = 'client', endpoint = 'wss://example.com');
CREATE CONNECTION h TO websocket (format = 'json', mode = 'client', endpoint = 'wss://example.com', headers = MAP {'A': '${secret:}'});
CREATE CONNECTION i TO generator (max_rows = 'many');
