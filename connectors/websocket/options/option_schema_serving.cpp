#include "connectors/websocket/options/option_groups.h"

namespace laminar::websocket_options {

void add_server_options(Schema& schema) {
    schema
        .add("host", &Options::host,
             {.help = "Address to listen on; '0.0.0.0' or '::' for all networks.",
              .example = "'0.0.0.0'",
              .rule = TextRule::host,
              .applies_when = {server()},
              .instead = "a client connects: the host is part of \"endpoint\""})
        .add("port", &Options::port,
             {.help = "Port to listen on; 0 picks a free one.",
              .example = "8080",
              .minimum = 0,
              .maximum = 65535,
              .required = true,
              .applies_when = {server()},
              .instead =
                  "a client connects: give \"endpoint\" with the port in its URL instead, or set mode = 'server'"})
        .add("path", &Options::path,
             {.help = "Path, or list of paths, at which connections are accepted; others get 404. Which one it was is "
                      "metadata (request_path). A part in braces is a parameter: it stands for any, and what stood "
                      "there is metadata (path_parameters).",
              .example = "'/stations/{station}'",
              .rule = TextRule::request_path,
              .applies_when = {server()},
              .instead = "a client connects: the path is part of \"endpoint\""})
        .add("path_subprotocols", &Options::path_subprotocols,
             {.help = "Subprotocols accepted at single paths, in the place of subprotocols: several are separated by "
                      "commas, the best first.",
              .example = "MAP {'/ocpp/{station}': 'ocpp2.0.1, ocpp1.6'}",
              .absent = "subprotocols holds at all of them",
              .applies_when = {server()},
              .needs = {"path"}})
        .add(
            "max_connections", &Options::max_connections,
            {.help = "Clients at once; more are refused with 503. Larger: more memory, which each takes for its queue.",
             .example = "1000",
             .unit = "clients",
             .minimum = 1,
             .maximum = 1'000'000,
             .applies_when = {server()}})
        .add("max_connections_per_ip", &Options::max_connections_per_ip,
             {.help = "Clients at once from one address; more are refused with 429. 0 for no limit.",
              .example = "20",
              .unit = "clients",
              .minimum = 0,
              .maximum = 1'000'000,
              .applies_when = {server()}})
        .add("auth_token", &Options::auth_token,
             {.help = "Token clients must send as Authorization: Bearer; others get 401.",
              .example = "'${secret:feed_token}'",
              .absent = "no token is needed",
              .rule = TextRule::not_empty,
              .secret = true,
              .applies_when = {server()},
              .instead = "a client sends it as a header: headers = MAP {'Authorization': 'Bearer ${secret:name}'}"})
        .add("basic_auth", &Options::basic_auth,
             {.help = "user:password clients must send as Authorization: Basic; others get 401.",
              .example = "'feed:${secret:feed_password}'",
              .absent = "no password is needed",
              .rule = TextRule::credentials,
              .secret = true,
              .applies_when = {server()},
              .instead = "a client sends it as a header: headers = MAP {'Authorization': 'Basic ${secret:name}'}"})
        .add("allowed_origins", &Options::allowed_origins,
             {.help = "Values of the Origin header that are accepted; others get 403.",
              .example = "['https://app.example.com']",
              .absent = "any origin is accepted",
              .rule = TextRule::origin,
              .applies_when = {server()}})
        .add("max_header_size", &Options::max_header_size,
             {.help = "Bytes a handshake request may have. Larger: so much memory for clients that are not let in yet.",
              .example = "16384",
              .unit = "bytes",
              .minimum = 512,
              .maximum = 1 << 20,
              .applies_when = {server()}})
        .add("broadcast", &Options::broadcast,
             {.help = "Send every outgoing row to every client, not to the one in its client_id column.",
              .example = "true",
              .applies_when = {server()}})
        .add_choice("slow_client", &Options::slow_client,
                    {{"block", SlowClientPolicy::block},
                     {"drop_oldest", SlowClientPolicy::drop_oldest},
                     {"disconnect", SlowClientPolicy::disconnect}},
                    {.help = "What happens when a client does not take its messages and its queue is full.",
                     .example = "'disconnect'",
                     .applies_when = {server()}})
        .add("slow_client_timeout_ms", &Options::slow_client_timeout,
             {.help =
                  "A client is slow when it has not taken for so long what was waiting when its queue was full; until "
                  "then rows wait for it.",
              .example = "5000",
              .unit = "ms",
              .minimum = 0,
              .applies_when = {server()},
              .effective_when = {{"slow_client", {"drop_oldest", "disconnect"}}}});
}

void add_tls_options(Schema& schema) {
    schema
        .add("tls_verify", &Options::tls_verify,
             {.help = "Verify the server's certificate.", .example = "true", .applies_when = {client()}})
        .add("tls_hostname_verification", &Options::tls_hostname_verification,
             {.help = "Verify that the certificate is for the host of the endpoint.",
              .example = "true",
              .applies_when = {client()},
              .effective_when = {{"tls_verify", {"true"}}}})
        .add("tls_ca_cert", &Options::tls_ca_cert,
             {.help = "Path or PEM text of the authorities to trust, instead of the system's.",
              .example = "'/certs/ca.pem'",
              .absent = "the system's authorities",
              .rule = TextRule::pem_or_path,
              .applies_when = {client()},
              .instead = "a server verifies its clients with \"tls_client_ca\""})
        .add("tls_client_cert", &Options::tls_client_cert,
             {.help = "Path or PEM text of the certificate to show to the server.",
              .example = "'/certs/client.pem'",
              .absent = "none is shown",
              .rule = TextRule::pem_or_path,
              .applies_when = {client()},
              .needs = {"tls_client_key"},
              .instead = "a server has \"tls_cert\""})
        .add("tls_client_key", &Options::tls_client_key,
             {.help = "Path or PEM text of that certificate's private key.",
              .example = "'/certs/client.key'",
              .absent = "none",
              .rule = TextRule::pem_or_path,
              .secret = true,
              .applies_when = {client()},
              .needs = {"tls_client_cert"},
              .instead = "a server has \"tls_key\""})
        .add("tls_cert", &Options::tls_cert,
             {.help = "Path or PEM text of the server's certificate (chain); with it the server speaks wss.",
              .example = "'/certs/server.pem'",
              .absent = "plain ws",
              .rule = TextRule::pem_or_path,
              .applies_when = {server()},
              .needs = {"tls_key"},
              .instead = "a client has \"tls_client_cert\""})
        .add("tls_key", &Options::tls_key,
             {.help = "Path or PEM text of that certificate's private key.",
              .example = "'/certs/server.key'",
              .absent = "none",
              .rule = TextRule::pem_or_path,
              .secret = true,
              .applies_when = {server()},
              .needs = {"tls_cert"},
              .instead = "a client has \"tls_client_key\""})
        .add("tls_client_ca", &Options::tls_client_ca,
             {.help = "Path or PEM text of the authorities whose client certificates are accepted; others are refused.",
              .example = "'/certs/client-ca.pem'",
              .absent = "clients need no certificate",
              .rule = TextRule::pem_or_path,
              .applies_when = {server()},
              .needs = {"tls_cert"},
              .instead = "a client has \"tls_ca_cert\""});
}

}  // namespace laminar::websocket_options
