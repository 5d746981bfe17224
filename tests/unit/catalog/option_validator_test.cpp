#include "catalog/validation/option_validator.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "binder_fixture.h"

namespace laminar::test {
namespace {

std::string client(std::string_view options) {
    BinderFixture fixture;
    return fixture.finding(
        "CREATE CONNECTION c TO websocket (endpoint = 'wss://h/x', mode = 'client', format = 'json', " +
        std::string(options) + ")");
}

std::string server(std::string_view options) {
    BinderFixture fixture;
    return fixture.finding("CREATE CONNECTION c TO websocket (port = 8080, mode = 'server', format = 'json', " +
                           std::string(options) + ")");
}

std::string only(std::string_view options) {
    BinderFixture fixture;
    return fixture.finding("CREATE CONNECTION c TO websocket (" + std::string(options) + ")");
}

TEST_CASE("unknown options suggest one that applies") {
    CHECK(client("reconect = true") ==
          "L301 at `reconect`: connector \"websocket\" has no option \"reconect\" (did you mean \"reconnect\"?)");
    CHECK(client("reconnect_interval = 5") ==
          "L301 at `reconnect_interval`: connector \"websocket\" has no option "
          "\"reconnect_interval\" (did you mean \"reconnect_interval_ms\"?)");
    CHECK(client("xyzzy = 1") == "L301 at `xyzzy`: connector \"websocket\" has no option \"xyzzy\"");
    // tls_cert would be nearer, but is a server's.
    CHECK(client("tls_ca_crt = 'x'") ==
          "L301 at `tls_ca_crt`: connector \"websocket\" has no option \"tls_ca_crt\" (did "
          "you mean \"tls_ca_cert\"?)");
    BinderFixture fixture;
    CHECK(fixture.finding("CREATE CONNECTION c TO stdout (format = 'json')") ==
          "L301 at `format`: connector \"stdout\" has no option \"format\" (it takes no options)");
}

TEST_CASE("missing options are reported at the connector") {
    CHECK(only("mode = 'client', format = 'json'") ==
          "L303 at `websocket`: connector \"websocket\" needs the option \"endpoint\" with mode = 'client' (add "
          "endpoint = "
          "'wss://stream.example.com/events')");
    CHECK(only("mode = 'server', format = 'json'") ==
          "L303 at `websocket`: connector \"websocket\" needs the option "
          "\"port\" with mode = 'server' (add port = 8080)");
    CHECK(only("endpoint = 'wss://h', format = 'json'") ==
          "L303 at `websocket`: connector \"websocket\" needs the option \"mode\" (add mode = 'client')");
    CHECK(only("port = 1, format = 'json'") ==
          "L303 at `websocket`: connector \"websocket\" needs the option \"mode\" (add mode = 'server')");
    CHECK(only("endpoint = 'wss://h', mode = 'client'") ==
          "L303 at `websocket`: connector \"websocket\" needs the option \"format\" (add format = 'json')");
    CHECK(client("tls_client_cert = 'a.pem'") ==
          "L303 at `tls_client_cert`: option \"tls_client_cert\" needs "
          "\"tls_client_key\" too (add tls_client_key = '/certs/client.key')");
    CHECK(server("tls_client_ca = 'a.pem'")
              .starts_with("L303 at `tls_client_ca`: option \"tls_client_ca\" needs \"tls_cert\""));
}

TEST_CASE("options of the other mode say what to do instead") {
    CHECK(server("endpoint = 'wss://h'") ==
          "L307 at `endpoint`: option \"endpoint\" does not apply with mode = 'server' (a server listens: give "
          "\"port\" (and "
          "\"host\", \"path\") instead, or set mode = 'client')");
    CHECK(client("port = 80") ==
          "L307 at `port`: option \"port\" does not apply with mode = 'client' (a client connects: "
          "give \"endpoint\" with the port in its URL instead, or set mode = 'server')");
    CHECK(client("broadcast = true") ==
          "L307 at `broadcast`: option \"broadcast\" does not apply with mode = 'client' "
          "(remove it, or set mode = 'server')");
    CHECK(client("compression_level = 3") ==
          "L307 at `compression_level`: option \"compression_level\" changes nothing with compression = 'none' (remove "
          "it, or "
          "set compression = 'gzip', 'zstd', 'zlib', 'raw_deflate' or 'deflate')");
    // Which mode is meant is unknown: that alone is the problem.
    CHECK(only("endpoint = 'wss://h', port = 80, mode = 'clint', format = 'json'") ==
          "L306 at `'clint'`: option \"mode\" must be 'client' or 'server', not 'clint' (did you mean \"client\"?)");
}

TEST_CASE("wrong types say what was found and what to write") {
    CHECK(client("buffer_size = '5000'") ==
          "L304 at `'5000'`: option \"buffer_size\" must be an integer, not a string "
          "(write buffer_size = 5000, without quotes)");
    CHECK(client("buffer_size = 5000.0") ==
          "L304 at `5000.0`: option \"buffer_size\" must be an integer, not a decimal "
          "number (write buffer_size = 5000)");
    CHECK(client("buffer_size = 1e3") ==
          "L304 at `1e3`: option \"buffer_size\" must be an integer, not a decimal number (write buffer_size = 1000)");
    CHECK(client("buffer_size = 2.5") ==
          "L304 at `2.5`: option \"buffer_size\" must be an integer, not a decimal number "
          "(for example: buffer_size = 5000)");
    CHECK(client("buffer_size = true") ==
          "L304 at `true`: option \"buffer_size\" must be an integer, not a boolean (for example: buffer_size = 5000)");
    CHECK(client("reconnect = 'true'") ==
          "L304 at `'true'`: option \"reconnect\" must be a boolean, not a string (write reconnect = true, without "
          "quotes)");
    CHECK(client("reconnect = 0") ==
          "L304 at `0`: option \"reconnect\" must be a boolean, not an integer (write reconnect = false)");
    CHECK(client("headers = 'X: y'") ==
          "L304 at `'X: y'`: option \"headers\" must be a map, not a string (for example: headers = MAP "
          "{'Authorization': "
          "'Bearer ${secret:api_token}'})");
    CHECK(server("path = 5") == "L304 at `5`: option \"path\" must be a string, not an integer (write path = '5')");
    CHECK(client("message_id_field = ['a', 'b']") ==
          "L304 at `['a', 'b']`: option \"message_id_field\" must be a string, not a list (for example: "
          "message_id_field = '$.header.id')");
}

TEST_CASE("bounds are part of the message") {
    CHECK(only("mode = 'server', format = 'json', port = 70000") ==
          "L305 at `70000`: option \"port\" must be between 0 and 65535, not 70000");
    CHECK(client("buffer_size = 0") ==
          "L305 at `0`: option \"buffer_size\" must be between 1 and 10000000 messages, not 0");
    CHECK(client("max_reconnect_attempts = -2") ==
          "L305 at `-2`: option \"max_reconnect_attempts\" must be between -1 and 1000000000, not -2");
    CHECK(client("buffer_size = 99999999999999999999") ==
          "L305 at `99999999999999999999`: option \"buffer_size\" must be "
          "between 1 and 10000000 messages, not 99999999999999999999");
    CHECK(client("reconnect_backoff_multiplier = 0.5") ==
          "L305 at `0.5`: option \"reconnect_backoff_multiplier\" must be between 1 and 100, not 0.5");
    CHECK(client("compression = 'gzip', compression_level = 12") ==
          "L305 at `12`: option \"compression_level\" must be between 1 and 9 with compression = 'gzip'");
    CHECK(client("reconnect_interval_ms = 2000, max_reconnect_interval_ms = 1000") ==
          "L308 at `1000`: option \"max_reconnect_interval_ms\" must not be less than \"reconnect_interval_ms\" "
          "(reconnect_interval_ms is 2000)");
    CHECK(client("heartbeat_interval_s = INTERVAL '1500 milliseconds'") ==
          "L305 at `INTERVAL '1500 milliseconds'`: option \"heartbeat_interval_s\" must be a whole number of s");
    CHECK(client("heartbeat_interval_s = INTERVAL '1 month'").starts_with("L111 at `INTERVAL '1 month'`"));
}

TEST_CASE("allowed values") {
    CHECK(client("overflow = 'drop_oldst'") ==
          "L306 at `'drop_oldst'`: option \"overflow\" must be 'block', 'drop_oldest' or "
          "'drop_newest', not 'drop_oldst' (did you mean \"drop_oldest\"?)");
}

TEST_CASE("duplicates point at the second and name the first") {
    CHECK(client("buffer_size = 1,\nbuffer_size = 2") ==
          "L302 at `buffer_size`: option \"buffer_size\" is given twice (first in line 1) (remove one of them)");
    CHECK(client("url = 'wss://other'") ==
          "L302 at `url`: option \"endpoint\" is given twice (first in line 1) "
          "(\"endpoint\" and \"url\" are the same option)");
    CHECK(client("headers = MAP {'A': '1', 'a': '2'}") == "L302 at `'a'`: option \"headers\" has the key \"a\" twice");
}

TEST_CASE("URLs are checked to the character") {
    const auto endpoint = [](std::string_view url) {
        return only("mode = 'client', format = 'json', endpoint = '" + std::string(url) + "'");
    };
    CHECK(endpoint("https://h/x") ==
          "L309 at `https`: option \"endpoint\" is not a valid WebSocket URL: the scheme "
          "\"https\" is not ws or wss (write 'wss://h/x')");
    CHECK(endpoint("wss://h:99999/x") ==
          "L309 at `99999`: option \"endpoint\" is not a valid WebSocket URL: \"99999\" is not "
          "a port (ports are 1 to 65535)");
    CHECK(endpoint("wss://u:p@h/").starts_with("L309 at `u:p@`: "));
    CHECK(endpoint("wss://h/#x").starts_with("L309 at `#x`: "));
    CHECK(only("mode = 'client', format = 'json', endpoint = ['wss://ok', 'http://bad']")
              .starts_with("L309 at `http`: "));
}

TEST_CASE("texts follow their rules") {
    CHECK(server("path = 'events'") == "L306 at `'events'`: option \"path\" must start with \"/\" (write '/events')");
    CHECK(server("path = '/ocpp/{station}/{part_2}'") == "0 findings");
    CHECK(server("path = '/${secret:prefix}/{station}'") == "0 findings");
    CHECK(
        server("path = '/ocpp/{station}x'") ==
        "L306 at `{station}x`: option \"path\" has a brace that makes no parameter (a parameter is a part of the path: "
        "'/stations/{station}'; a brace itself is %7B or %7D)");
    CHECK(server("path = '/{1}'").starts_with("L306 at `{1}`: option \"path\" has a brace that makes no parameter"));
    CHECK(server("path = '/{a}/b/{a}'") == "L306 at `{a}`: option \"path\" has the parameter {a} twice");
    CHECK(server("host = 'localhost:80'") ==
          "L306 at `'localhost:80'`: option \"host\" must not contain a port (give the "
          "port in the option \"port\")");
    CHECK(server("basic_auth = 'nobody'")
              .starts_with("L306 at `'nobody'`: option \"basic_auth\" must be \"user:password\""));
    CHECK(server("basic_auth = '${secret:whole}'") == "0 findings");
    CHECK(server("allowed_origins = ['app.example.com']") ==
          "L306 at `'app.example.com'`: option \"allowed_origins\" must be an origin with its scheme (write "
          "'https://app.example.com')");
    CHECK(client("headers = MAP {'X Y': 'z'}")
              .starts_with("L306 at `'X Y'`: option \"headers\" has a key \"X Y\", which"));
    CHECK(client("headers = MAP {'Upgrade': 'z'}").starts_with("L306 at `'Upgrade'`: option \"headers\" must not set"));
    CHECK(client("headers = MAP {'X': 'a\r\nInjected: b'}").find("line break") != std::string::npos);
    CHECK(client("headers = MAP {'X': 'a\x1b'}").find("control character in the value of \"X\"") != std::string::npos);
    CHECK(client("headers = MAP {'X': 'a\tb', 'Host': 'elsewhere'}") == "0 findings");
    CHECK(client("headers = MAP {'Host': ''}").find("has a value of \"Host\" that names no host") != std::string::npos);
    CHECK(client("headers = MAP {'HOST': 'a b'}").find("that names no host") != std::string::npos);
    for (const char* header : {"Content-Length", "transfer-encoding", "TE", "Trailer", "Expect"}) {
        CAPTURE(header);
        CHECK(client(fmt::format("headers = MAP {{'{}': '5'}}", header)).find("a WebSocket handshake has no body") !=
              std::string::npos);
    }
}

TEST_CASE("options: lists of codes") {
    CHECK(client("give_up_close_codes = [1008, '4000-4099'], give_up_http_statuses = 401") == "0 findings");
    CHECK(client("give_up_close_codes = [], give_up_http_statuses = []") == "0 findings");
    CHECK(client("give_up_close_codes = [999]")
              .starts_with("L306 at `999`: option \"give_up_close_codes\" must list close codes from 1000 to 4999"));
    CHECK(client("give_up_close_codes = ['1010-1000']").starts_with("L306 at `'1010-1000'`"));
    CHECK(client("give_up_http_statuses = ['4xx']").starts_with("L306 at `'4xx'`"));
    CHECK(client("give_up_http_statuses = [true]").starts_with("L304 at `true`"));
    CHECK(client("resume_field = 'a..b'").starts_with("L306 at `'a..b'`: option \"resume_field\" is not a path"));
    CHECK(client("subprotocols = 'a b'").starts_with("L306 at `'a b'`: "));
}

TEST_CASE("malformed secret references") {
    CHECK(client("headers = MAP {'A': 'Bearer ${secret:api token}'}") ==
          "L310 at `${secret:api token}`: \"${secret:api token}\" is not a secret reference (write "
          "${secret:name}; "
          "names have letters, digits, \"_\", \"-\" and \".\")");
    CHECK(client("tls_ca_cert = '${secret:}'").starts_with("L310 at `${secret:}`: "));
    CHECK(client("tls_ca_cert = 'x ${secret'").starts_with("L310 at `${secret`: "));
}

TEST_CASE("only what an option replaces may stand in its texts") {
    CHECK(client("ping_message = 'p', pong_message = JSON_OBJECT('at': '${resume}'), resume_field = '$.n'")
              .starts_with(
                  "L306 at `JSON_OBJECT('at': '${resume}')`: option \"pong_message\" does not replace ${resume}"));
    CHECK(client("headers = MAP {'A': '${HOME}'}") ==
          "L306 at `${HOME}`: option \"headers\" does not replace ${HOME} (it replaces ${secret:name} "
          "and ${resume})");
    CHECK(client("subscribe_message = '${secret:a} ${resume}', resume_field = '$.n'") == "0 findings");
    CHECK(client("subscribe_message = '${message_id}'").starts_with("L306 at `${message_id}`: "));
    CHECK(client("auto_ack = false, ack_message = '${message_id} ${secret:a}'") == "0 findings");
    CHECK(client("subprotocols = '${resume}'").starts_with("L306 at `${resume}`: "));
    CHECK(client("headers = MAP {'X-${secret:a}': 'b'}")
              .starts_with("L306 at `${secret:a}`: option \"headers\" does not replace ${secret:a} in a key"));
    CHECK(client("subscribe_message = 'costs ${ and $5 ${} ${a b}'") == "0 findings");
}

TEST_CASE("all problems are reported at once") {
    BinderFixture fixture;
    const auto findings = fixture.run(
        "CREATE CONNECTION c TO websocket (mode = 'server', endpoint = 'x', format = 'xml', bufer_size = 1, path = "
        "'p', "
        "max_connections = 'many')");
    CHECK(findings.size() == 7);
}

TEST_CASE("references to the value of another option need that option") {
    CHECK(client("subscribe_message = ['a', 'from ${resume}']") ==
          "L303 at `['a', 'from ${resume}']`: ${resume} in option \"subscribe_message\" needs the option "
          "\"resume_field\" (add resume_field = '$.sequence')");
    BinderFixture fixture;
    fixture.good(
        "CREATE CONNECTION c TO websocket (endpoint = 'wss://h/x?from=${resume}', mode = 'client', format = 'json', "
        "resume_field = '$.n')");
}

}  // namespace
}  // namespace laminar::test
