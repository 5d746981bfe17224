-- env: LAMINAR_SECRET_PASSWORD=realone
-- SHOW CREATE shows no credential that stands in a message, and the rest of it as it is.
CREATE CONNECTION a TO websocket (mode = 'client', endpoint = 'wss://example.com', format = 'json', subscribe_message = '{"op":"auth","password":"subSecret777xyz"}');
CREATE CONNECTION b TO websocket (mode = 'client', endpoint = 'wss://example.com', format = 'json', subscribe_message = ['{"op":"subscribe"}', '{"args":[{"apiKey":"subSecret777xyz"}]}']);
CREATE CONNECTION c TO websocket (mode = 'client', endpoint = 'wss://example.com', format = 'json', subscribe_message = JSON_OBJECT('op': 'auth', 'password': 'subSecret777xyz'));
CREATE CONNECTION d TO websocket (mode = 'client', endpoint = 'wss://example.com', format = 'json', subscribe_message = '{"op":"auth","password":"${secret:password}"}');
SHOW CREATE CONNECTION a;
SHOW CREATE CONNECTION b;
SHOW CREATE CONNECTION c;
SHOW CREATE CONNECTION d;
