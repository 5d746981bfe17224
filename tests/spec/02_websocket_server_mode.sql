CREATE CONNECTION websocket_server TO websocket (
    port = 8080,
    path = '/events',
    mode = 'server',
    format = 'json'
);
