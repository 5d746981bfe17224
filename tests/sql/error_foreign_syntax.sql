-- args: check {file}
-- What other systems write otherwise, and is no statement here: hints say how.
CREATE CONNECTION b TO websocket (mode = 'client', endpoint = 'wss://example.com', format = 'json', auth_token = {{ API_KEY }});
CREATE TABLE u (f ARRAY<INT, INT>);
