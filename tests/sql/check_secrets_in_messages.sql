-- args: check {file}
-- A credential that stands in a message is one as well: it is warned of, and the excerpt does not show it.
CREATE CONNECTION a TO websocket (mode = 'client', endpoint = 'wss://example.com', format = 'json', subscribe_message = '{"op":"auth","password":"subSecret777xyz"}');
CREATE TABLE ta (x INT) WITH (connector = 'a');
CREATE CONNECTION b TO websocket (mode = 'client', endpoint = 'wss://example.com', format = 'json', subscribe_message = ['{"op":"subscribe"}', '{"args":[{"apiKey":"subSecret777xyz"}]}']);
CREATE TABLE tb (x INT) WITH (connector = 'b');
CREATE CONNECTION c TO websocket (mode = 'client', endpoint = 'wss://example.com', format = 'json', subscribe_message = JSON_OBJECT('op': 'auth', 'password': 'subSecret777xyz'));
CREATE TABLE tc (x INT) WITH (connector = 'c');
CREATE CONNECTION d TO websocket (mode = 'client', endpoint = 'wss://example.com', format = 'json', subscribe_message = '{"op":"auth","password":"${secret:password}"}');
CREATE TABLE td (x INT) WITH (connector = 'd');
