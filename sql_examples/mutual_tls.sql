-- Mutual TLS: the client proves who it is, too.
--
-- Make certificates and run it with:
--   sql_examples/make_certificates.sh /tmp/certificates
--   laminar run --secrets-dir /tmp/certificates sql_examples/mutual_tls.sql

CREATE CONNECTION mtls_server TO websocket (
    mode = 'server',
    port = 18162,
    format = 'json',
    tls_cert = '${secret:server_cert}',
    tls_key = '${secret:server_key}',
    tls_client_ca = '${secret:ca_cert}'     -- Clients must show a certificate of this authority.
);
CREATE TABLE inbox (text TEXT, number INTEGER) WITH (connector = 'mtls_server');

CREATE CONNECTION ws_mtls TO websocket (
    endpoint = 'wss://localhost:18162/',
    mode = 'client',
    format = 'json',
    tls_verify = true,
    tls_ca_cert = '${secret:ca_cert}',
    tls_client_cert = '${secret:client_cert}',
    tls_client_key = '${secret:client_key}'
);
CREATE TABLE outbox (text TEXT, number INTEGER) WITH (connector = 'ws_mtls');
INSERT INTO outbox VALUES ('known to each other', 2);
WAIT FOR inbox COUNT 1 TIMEOUT INTERVAL '30 seconds';
SELECT text, number FROM inbox;

-- Who shows none is refused.
CREATE CONNECTION anonymous TO websocket (
    endpoint = 'wss://localhost:18162/', mode = 'client', format = 'json', tls_ca_cert = '${secret:ca_cert}');
SELECT test_connection('anonymous') ->> '$.ok' AS anonymous_is_let_in;

DROP CONNECTION ws_mtls CASCADE;
DROP CONNECTION mtls_server CASCADE;
