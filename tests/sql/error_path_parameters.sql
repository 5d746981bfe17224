-- args: check {file}
CREATE CONNECTION good TO websocket (mode = 'server', format = 'json', port = 8080, path = '/${secret:prefix}/{station}/{part_2}');
CREATE TABLE calls (station TEXT AS (path_parameters ->> '$.station'), n INT) WITH (connector = 'good');
CREATE CONNECTION braces TO websocket (mode = 'server', format = 'json', port = 8081, path = '/stations/{station}/x{part}');
CREATE CONNECTION twice TO websocket (mode = 'server', format = 'json', port = 8082, path = '/{a}/{b}/{a}');
