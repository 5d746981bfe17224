CREATE CONNECTION ws_bearer TO websocket (
    endpoint = 'wss://api.example.com/stream',
    mode = 'client',
    format = 'json',
    headers = MAP {
        'Authorization': 'Bearer ${secret:api_token}'
    }
);
