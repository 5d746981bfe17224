CREATE CONNECTION ws_secure TO websocket (
    endpoint = 'wss://secure.example.com/stream',
    mode = 'client',
    format = 'json',
    tls_verify = true,
    tls_ca_cert = '/certs/ca.pem',
    tls_client_cert = '/certs/client.pem',
    tls_client_key = '/certs/client.key',
    tls_hostname_verification = true
);
