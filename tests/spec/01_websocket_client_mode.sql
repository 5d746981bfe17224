CREATE CONNECTION websocket_client TO websocket (
    endpoint = 'wss://stream.example.com/events',
    mode = 'client',
    format = 'json'
);
