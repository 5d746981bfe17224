-- args: check {file}
CREATE CONNECTION good TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com', heartbeat_interval_ms_field = '$.d.interval',
    handshake = [MAP {'expect': MAP {'$.op': 10, '$[0]': ['a', STARTS_WITH('b')]}, 'timeout_ms': INTERVAL '5 seconds'},
                 MAP {'send': JSON_OBJECT('op': 2, 'd': RECEIVED('$.d.nonce'))}, MAP {'send': 'text'}, {'expect': {'message': STARTS_WITH('ok')}}],
    replies = MAP {'when': MAP {'data': STARTS_WITH('\x20')}, 'send': X'30'});
CREATE TABLE good_rows (n INT) WITH (connector = 'good');
CREATE CONNECTION shapes TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com', handshake = 'hello', replies = [5]);
CREATE CONNECTION empty TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com', handshake = [], replies = MAP {});
CREATE CONNECTION parts TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com',
    handshake = [MAP {'expects': MAP {'$.a': 1}}, MAP {'expect': MAP {'$.a': 1}, 'send': 'x'}, MAP {'timeout_ms': 5},
                 MAP {'send': 'x', 'send': 'y'}, MAP {'send': 'x', 'timeout_ms': 5}],
    replies = [MAP {'when': MAP {'$.a': 1}}, MAP {'send': 'x'}, MAP {'when': MAP {'$.a': 1}, 'refuse': MAP {'$.b': 1}, 'send': 'x'}]);
CREATE CONNECTION times TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com',
    handshake = [MAP {'expect': MAP {'$.a': 1}, 'timeout_ms': 0}, MAP {'expect': MAP {'$.a': 1}, 'timeout_ms': INTERVAL '1 month'},
                 MAP {'expect': MAP {'$.a': 1}, 'timeout_ms': '5'}]);
CREATE CONNECTION conditions TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com',
    handshake = [MAP {'expect': MAP {'type': 'a'}}, MAP {'expect': MAP {'message': 5}}, MAP {'expect': MAP {'data': '\x2'}}, MAP {'expect': 'a'}],
    replies = MAP {'when': MAP {'$.a': RECEIVED('$.b')}, 'send': 'x'});
CREATE CONNECTION received TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com',
    handshake = [MAP {'send': 'a' || RECEIVED('$.nonce')}, MAP {'expect': MAP {'$.a': 1}}, MAP {'send': 'a' || RECEIVED('nonce') || RECEIVED(1)}]);
CREATE CONNECTION server TO websocket (mode = 'server', format = 'json', port = 8080, handshake = MAP {'send': 'x'},
    replies = MAP {'when': MAP {'$.a': 1}, 'send': RESUME()});
CREATE CONNECTION secret_condition TO websocket (mode = 'client', endpoint = 'ws://example.com', format = 'json', handshake = [MAP {'expect': MAP {'$.token': '${secret:t}'}}]);
