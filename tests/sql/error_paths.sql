-- args: check {file}
-- Subprotocols of single paths name paths and subprotocols.
CREATE CONNECTION a TO websocket (mode = 'server', port = 0, format = 'json', path = ['/a', '/b'], path_subprotocols = MAP {'/c': 'v1'});
CREATE CONNECTION b TO websocket (mode = 'server', port = 0, format = 'json', path = '/a', path_subprotocols = MAP {'/a': 'v1, not a token'});
CREATE CONNECTION c TO websocket (mode = 'server', port = 0, format = 'json', path_subprotocols = MAP {'/': 'v1'});
CREATE CONNECTION d TO websocket (mode = 'client', endpoint = 'ws://127.0.0.1:1/', format = 'json', path = ['/a']);
CREATE CONNECTION e TO websocket (mode = 'server', port = 0, format = 'json', path = ['/a', 'b']);
CREATE CONNECTION f TO generator;
CREATE TABLE t (event TEXT) WITH (connector = 'f', stream = 'events');
CREATE CONNECTION g TO websocket (mode = 'server', port = 0, format = 'json');
CREATE TABLE r (n INTEGER) WITH (connector = 'g', repeat_on_connect = true);
