-- args: check {file}
CREATE CONNECTION a TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com', headers = MAP {'Host': ''});
CREATE CONNECTION b TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com', headers = MAP {'host': 'two words'});
CREATE CONNECTION c TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com', headers = MAP {'Host': E'example.com\t'});
CREATE CONNECTION d TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com', headers = MAP {'Host': 'https://example.com/'});
CREATE CONNECTION e TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com', headers = MAP {'Host': 'feeds.example.com:8443'});
CREATE CONNECTION f TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com', headers = MAP {'Host': '[2001:db8::1]:8443'});
CREATE CONNECTION g TO websocket (mode = 'client', format = 'json', endpoint = 'wss://example.com', headers = MAP {'Host': '${secret:host}'});
