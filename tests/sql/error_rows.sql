-- args: check {file}
CREATE CONNECTION feed TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com');
CREATE CONNECTION lines TO websocket (mode = 'client', format = 'text', endpoint = 'wss://example.com');
CREATE TABLE a (x TEXT) WITH (connector = 'feed', rows = 'data');
CREATE TABLE b (x TEXT) WITH (connector = 'feed', rows = '$.data[?(@.x)]');
CREATE TABLE c (x TEXT) WITH (connector = 'feed', rows = '$..data');
CREATE TABLE d (x TEXT WITH (message_path = '$.x')) WITH (connector = 'feed');
CREATE TABLE e (x TEXT WITH (message_path = '$.data[0].x')) WITH (connector = 'feed', rows = '$.data[*]');
CREATE TABLE f (x TEXT WITH (message_path = '$.x', json_path = '$.x')) WITH (connector = 'feed', rows = '$.data[*]');
CREATE TABLE g (x TEXT WITH (message_path = '$.x')) WITH (connector = 'feed', rows = '$');
CREATE TABLE h (message TEXT) WITH (connector = 'lines', rows = '$.data[*]');
CREATE TABLE i (x TEXT) WITH (connector = 'feed', stream = 'errors', rows = '$.data[*]');
CREATE TABLE j (x TEXT) WITH (connector = 'feed', accept = MAP {'$[2]': 'trade'});
CREATE TABLE k (x TEXT WITH (json_path = '$.a[*]')) WITH (connector = 'feed');
CREATE TABLE l (x TEXT WITH (message_path = '$.x')) WITH (connector = 'lines', rows = '$.data[*]');
CREATE TABLE fine (x JSON WITH (json_path = '$'), y TEXT WITH (message_path = '$.data'), z JSON WITH (message_path = '$')) WITH (connector = 'feed', rows = '$.data.list[*]', accept = MAP {'$[2]': 'trade'});
CREATE TABLE fine_too (x JSON WITH (json_path = '$')) WITH (connector = 'feed');
