CREATE CONNECTION ws_basic_auth TO websocket (
    endpoint = 'wss://api.example.com/stream',
    mode = 'client',
    format = 'json',
    headers = MAP {
        'Authorization': 'Basic ${secret:ws_credentials}'
    }
);
