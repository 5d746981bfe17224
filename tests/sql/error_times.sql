-- args: check {file}
CREATE CONNECTION feed TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com');
CREATE CONNECTION lines TO websocket (mode = 'client', format = 'text', endpoint = 'wss://example.com');
CREATE TABLE a (x TIMESTAMP WITH (time_unit = 'minutes')) WITH (connector = 'feed');
CREATE TABLE b (x BIGINT WITH (time_unit = 'ms')) WITH (connector = 'feed');
CREATE TABLE c (x DATE WITH (time_unit = 's')) WITH (connector = 'feed');
CREATE TABLE d (x TIMESTAMP WITH (time_format = '%Q')) WITH (connector = 'feed');
CREATE TABLE e (x TIMESTAMP WITH (time_format = 'yyyy-MM-dd')) WITH (connector = 'feed');
CREATE TABLE f (x TIMESTAMP WITH (time_format = '%H:%M')) WITH (connector = 'feed');
CREATE TABLE g (x TEXT WITH (time_format = '%Y')) WITH (connector = 'feed');
CREATE TABLE h (x TIMESTAMP WITH (time_unit = 'ms')) WITH (connector = 'lines');
CREATE TABLE i (x TIMESTAMP WITH (time_unit = 'ms'));
CREATE TABLE fine (x TIMESTAMP[] WITH (time_unit = 'MS'), y STRUCT(t TIMESTAMPTZ) WITH (time_format = '%s.%f', time_unit = 's'), z TIME WITH (time_format = '%R')) WITH (connector = 'feed');
