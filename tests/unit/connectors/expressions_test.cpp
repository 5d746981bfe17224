#include <doctest/doctest.h>
#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>

#include "catalog/expressions/value_functions.h"
#include "catalog/validation/option_value_reader.h"
#include "connectors/expressions/evaluation.h"
#include "connectors/websocket/options/option_schema.h"
#include "parser/read/parser.h"

namespace laminar::test {
namespace {

constexpr std::string_view message =
    R"({"nonce": "a\"b", "n": 7, "ratio": 1.50, "ok": true, "none": null, "list": [1, {"x": "y"}]})";

/// The text of an option that is an expression, bound; the finding where it cannot be.
std::optional<ComputedText> bound_text(std::string_view sql, std::string_view option, std::string& finding) {
    Diagnostics diagnostics;
    const auto source = std::make_shared<const SourceText>(
        "option.sql", fmt::format("CREATE CONNECTION c TO x ({} = {})", option, sql));
    const ParsedScript script = parse_script(source, diagnostics);
    std::optional<ComputedText> text;
    if (!script.statements.empty()) {
        const auto& create = std::get<ast::CreateConnection>(script.statements.front().node);
        const OptionDeclaration* declaration = websocket_option_schema().find(option);
        const auto data = read_option_value(*declaration, create.options.front().value, diagnostics);
        if (data) for_each_computed(*data, [&](const std::string&, const ComputedText& found) { text = found; });
    }
    for (const Diagnostic& each : diagnostics.all()) finding += each.message + "\n";
    return text;
}

struct Peer {
    std::int64_t last_id = 0;
    std::string position;
    SecretResolver secrets;

    /// The payload; a BLOB in angle brackets, NULL, or the problem.
    std::string send(std::string_view sql, std::string_view option = "replies") {
        std::string finding;
        const std::string wrapped =
            option == "replies" ? fmt::format("MAP {{'when': MAP {{'$.a': 1}}, 'send': {}}}", sql) : std::string(sql);
        const std::optional<ComputedText> bound = bound_text(wrapped, option, finding);
        if (!bound) return finding;
        const ComputedText text = bound->with_secrets({{"key", "s3cret-key"}, {"user", "me"}});
        EvaluationScope scope;
        scope.now = 1'767'225'600'123'456;
        scope.secrets = &secrets;
        scope.last_id = &last_id;
        scope.position = [this] { return position; };
        scope.received = message;
        const Evaluation evaluation = evaluate(text, scope);
        if (!evaluation.problem.empty()) return "problem: " + evaluation.problem;
        if (!evaluation.payload) return "NULL";
        return evaluation.binary ? fmt::format("<{}>", *evaluation.payload) : *evaluation.payload;
    }
};

TEST_CASE("constants and texts") {
    Peer peer;
    CHECK(peer.send("'a' || 'b'") == "ab");
    CHECK(peer.send("'a' || 1 || true || 1.50") == "a1true1.50");
    CHECK(peer.send("'a' || NULL") == "NULL");
    CHECK(peer.send("CONCAT('a', NULL, 1)") == "a1");
    CHECK(peer.send("COALESCE(NULL, RECEIVED('$.missing'), 'x')") == "x");
    CHECK(peer.send("UPPER('aé') || LOWER('B') || TRIM('  c ')") == "Aébc");
    CHECK(peer.send("REPLACE('a-b-c', '-', '+')") == "a+b+c");
    CHECK(peer.send("SUBSTRING('äbcd', 2, 2)") == "bc");
    CHECK(peer.send("SUBSTR('äbcd', 0, 2)") == "ä");
    CHECK(peer.send("SUBSTR('abcd', 3)") == "cd");
    CHECK(peer.send("LENGTH('äbc') || ''") == "3");
    CHECK(peer.send("URL_ENCODE('a b/c') || URL_DECODE('%41')") == "a%20b%2FcA");
}

TEST_CASE("numbers and conditions") {
    Peer peer;
    CHECK(peer.send("1 + 2 * 3 || ''") == "7");
    CHECK(peer.send("(7 // 2) || ',' || (7 % 2) || ',' || (7 / 2)") == "3,1,3.5");
    CHECK(peer.send("1 // 0 || ''") == "NULL");
    CHECK(peer.send("9223372036854775807 + 1 || ''") == "problem: +: the result is out of range");
    CHECK(peer.send("-RECEIVED('$.n') || ''") == "-7");
    CHECK(peer.send("RECEIVED('$.n') + 1.5 || ''") == "8.5");
    CHECK(peer.send("RECEIVED('$.nonce') + 1 || ''") == "problem: +: \"a\\\"b\" is not a number");
    CHECK(peer.send("CASE WHEN RECEIVED('$.n') = 7 AND NOT RECEIVED('$.none') IS NOT NULL THEN 'yes' ELSE 'no' END") ==
          "yes");
    CHECK(peer.send("CASE RECEIVED('$.nonce') WHEN 5 THEN 'five' WHEN 'a\"b' THEN 'text' END") == "text");
    CHECK(peer.send("CASE WHEN RECEIVED('$.ok') THEN 1 END || ''") == "1");
    CHECK(peer.send("CASE WHEN RECEIVED('$.missing') > 1 OR NULL THEN 1 END || ''") == "NULL");
    CHECK(peer.send("CASE WHEN RECEIVED('$.n') THEN 1 END || ''") == "problem: \"7\" is not true or false");
}

TEST_CASE("what the session, the feed and the message give") {
    Peer peer;
    CHECK(peer.send("JSON_OBJECT('id': NEXT_ID(), 'again': NEXT_ID())") == R"({"id":1,"again":2})");
    CHECK(peer.send("NEXT_ID() || ''") == "3");
    CHECK(peer.send("JSON_OBJECT('d': RESUME())") == R"({"d":null})");
    peer.position = "\"p\\n1\"";
    CHECK(peer.send("JSON_OBJECT('d': RESUME(), 'e': '${resume}', 'f': 'at ${resume}')") ==
          R"({"d":"p\n1","e":"p\n1","f":"at p\n1"})");
    CHECK(peer.send("'at ' || RESUME()") == "at p\n1");
    CHECK(peer.send("JSON_OBJECT('pong': RECEIVED('$.n'), 'l': RECEIVED('$.list[1].x'), 'm': RECEIVED('$.missing'))") ==
          R"({"pong":7,"l":"y","m":null})");
    CHECK(peer.send("RECEIVED('$.nonce') || '!'") == "a\"b!");
    CHECK(peer.send("RECEIVED('$.ratio')") == "1.50");
    CHECK(peer.send("SHA256(RECEIVED())") == peer.send(fmt::format("SHA256('{}')", message)));
    CHECK(peer.send("EPOCH_MS(NOW()) || ' ' || EPOCH_US(NOW()) || ' ' || EPOCH_NS(NOW()) || ' ' || NOW()") ==
          "1767225600123 1767225600123456 1767225600123456000 2026-01-01 00:00:00.123456");
    CHECK(peer.send("EPOCH(CURRENT_TIMESTAMP) || ''") == "1767225600.123456");
    CHECK(peer.send("STRFTIME(NOW(), '%Y%m%dT%H%M%S.%gZ %% %f')") == "20260101T000000.123Z % 123456");
    CHECK(peer.send("JSON_OBJECT('at': NOW())") == R"({"at":"2026-01-01T00:00:00.123456Z"})");
    CHECK(peer.send("LENGTH(UUID()) || ''") == "36");
    CHECK(peer.send("UUID()") != peer.send("GEN_RANDOM_UUID()"));
}

TEST_CASE("digests, encodings and bytes") {
    Peer peer;
    // RFC 4231, test case 2, and FIPS 180.
    CHECK(peer.send("HMAC_SHA256('Jefe', 'what do ya want for nothing?')") ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(peer.send("HMAC_SHA512('Jefe', 'what do ya want for nothing?')").substr(0, 16) == "164b7a7bfcf819e2");
    CHECK(peer.send("HMAC_SHA384('Jefe', 'what do ya want for nothing?')").substr(0, 16) == "af45d2e376484031");
    CHECK(peer.send("HMAC_SHA1('', '')") == "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d");
    CHECK(peer.send("SHA256('abc')") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(peer.send("SHA1('abc') || MD5('abc')") ==
          "a9993e364706816aba3e25717850c26c9cd0d89d900150983cd24fb0d6963f7d28e17f72");
    CHECK(peer.send("SHA512('abc')").starts_with("ddaf35a193617aba"));
    CHECK(peer.send("SHA384('abc')").starts_with("cb00753f45a35e8b"));
    CHECK(peer.send("BASE64(UNHEX(SHA256('abc')))") == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    CHECK(peer.send("HEX('aé') || TO_HEX(ENCODE('b'))") == "61C3A962");
    CHECK(peer.send("HEX(255) || ' ' || HEX(0) || ' ' || HEX(-1)") == "FF 0 FFFFFFFFFFFFFFFF");
    CHECK(peer.send("LPAD(HEX(LENGTH('abc')), 4, '0')") == "0003");
    CHECK(peer.send("LPAD('é', 4, 'aß') || RPAD('x', 3, '-') || LPAD('long', 2, ' ')") == "aßaéx--lo");
    CHECK(peer.send("LPAD('x', 5, '')") == "problem: LPAD: there is nothing to pad with");
    CHECK(peer.send("LPAD('x', -1, 'y')") == "");
    CHECK(peer.send("LPAD('x', 9000000000, 'y')").find("longer than 64 Mi") != std::string::npos);
    CHECK(peer.send("OCTET_LENGTH('aé') || OCTET_LENGTH(UNHEX('00FF'))") == "32");
    CHECK(peer.send("HEX(1.5)").find("a text, a BLOB or a whole number") != std::string::npos);
    CHECK(peer.send("DECODE(FROM_BASE64('YWJj'))") == "abc");
    CHECK(peer.send("X'10FF00'") == std::string("<\x10\xff\0>", 5));
    CHECK(peer.send("X'10' || ENCODE('MQTT') || '\\x04'::BLOB") == "<\x10MQTT\x04>");
    CHECK(peer.send("JSON_ARRAY(X'00FF', 'a')") == R"(["AP8=","a"])");
    CHECK(peer.send("FROM_BASE64('?')") == "problem: FROM_BASE64: \"?\" is not base64");
    CHECK(peer.send("UNHEX('abc')") == "problem: \"abc\" is not made of pairs of hexadecimal digits");
    CHECK(peer.send("DECODE(X'FF')") == "problem: DECODE: the BLOB is not UTF-8");
}

TEST_CASE("casts") {
    Peer peer;
    CHECK(peer.send("CAST('12' AS BIGINT) + 1 || ''") == "13");
    CHECK(peer.send("'2.5'::BIGINT || ''") == "3");
    CHECK(peer.send("CAST(RECEIVED('$.ratio') AS INTEGER) || ''") == "2");
    CHECK(peer.send("CAST('3000000000' AS INTEGER) || ''") == "problem: CAST: \"3000000000\" is not of type INTEGER");
    CHECK(peer.send("TRY_CAST('x' AS BIGINT) || ''") == "NULL");
    CHECK(peer.send("CAST(NEXT_ID() AS VARCHAR)") == "1");
    CHECK(peer.send("JSON_OBJECT('a': CAST('{\"b\": 1}' AS JSON), 'c': TO_JSON('d'))") == R"({"a":{"b": 1},"c":"d"})");
    CHECK(peer.send("CAST('{' AS JSON)") == "problem: CAST: \"{\" is not of type JSON");
    CHECK(peer.send("EPOCH_MS(CAST('2026-01-01T00:00:01Z' AS TIMESTAMP)) || ''") == "1767225601000");
    CHECK(peer.send("CASE WHEN CAST('yes' AS BOOLEAN) THEN CAST(1 AS DOUBLE) END || ''") == "1.0");
}

TEST_CASE("lists and maps with expressions among constants are JSON") {
    Peer peer;
    CHECK(peer.send("[NULL, CAST(NEXT_ID() AS VARCHAR), 'phoenix', 1.50, true, MAP {}]", "ping_message") ==
          R"([null,"1","phoenix",1.50,true,{}])");
    CHECK(peer.send("MAP {'op': 'subscribe', 'id': NEXT_ID(), 'channels': ['a', {'b': 2}]}", "ping_message") ==
          R"({"op":"subscribe","id":2,"channels":["a",{"b":2}]})");
    CHECK(peer.send("JSON_OBJECT('a' || 'b': [1, 2])") == R"({"ab":[1,2]})");
    CHECK(peer.send("JSON_OBJECT(RECEIVED('$.none'): 1)") == "problem: JSON_OBJECT: a key is NULL");
}

TEST_CASE("what is made of secrets is shown nowhere") {
    Peer peer;
    CHECK(peer.send("JSON_OBJECT('user': SECRET('user'), 'key': 'k ${secret:key}')") ==
          R"({"user":"me","key":"k s3cret-key"})");
    const std::string signature = peer.send("HMAC_SHA256(SECRET('key'), 'GET' || EPOCH_MS(NOW()))");
    CHECK(peer.secrets.redact("refused: " + signature) == "refused: ***");
    const std::string encoded = peer.send("BASE64(SHA256('salt' || SECRET('key')))");
    CHECK(peer.secrets.redact("refused: " + encoded) == "refused: ***");
    const std::string loud = peer.send("UPPER(SECRET('key'))");
    CHECK(loud == "S3CRET-KEY");
    CHECK(peer.secrets.redact(loud) == "***");
    // Without a secret in it nothing needs to be hidden.
    const std::string digest = peer.send("SHA256('public')");
    CHECK(peer.secrets.redact(digest) == digest);
}

TEST_CASE("every function can be called") {
    for (const ValueFunction& function : value_functions()) {
        CAPTURE(std::string(function.name));
        std::string arguments;
        for (std::size_t index = 0; index < function.required; ++index) {
            if (index > 0) arguments += ", ";
            switch (function.parameters[index]) {
                case ParameterKind::timestamp:
                    arguments += "NOW()";
                    break;
                case ParameterKind::whole:
                    arguments += "1";
                    break;
                case ParameterKind::blob:
                    arguments += "X'61'";
                    break;
                case ParameterKind::constant:
                    arguments += "'key'";
                    break;
                default:
                    arguments += function.operation == ComputedOperation::from_base64 ? "'YWJj'" : "'ab'";
            }
        }
        Peer peer;
        peer.position = "17";
        const std::string result = peer.send(fmt::format("{}({})", function.name, arguments));
        CHECK_FALSE(result.starts_with("problem"));
        CHECK_FALSE(result.ends_with("\n"));
    }
}

}  // namespace
TEST_CASE("expressions: SUBSTRING counts as the engine does") {
    Peer peer;
    const auto part = [&](std::string_view arguments) {
        return peer.send(fmt::format("SUBSTRING('abcdef' || '', {})", arguments));
    };
    // Each is what SELECT substring('abcdef', ...) answers.
    CHECK(part("-3") == "def");
    CHECK(part("3, -2") == "ab");
    CHECK(part("0, 2") == "a");
    CHECK(part("-3, 2") == "de");
    CHECK(part("-3, -2") == "bc");
    CHECK(part("-10, 8") == "abcd");
    CHECK(part("2, 3") == "bcd");
    CHECK(part("9") == "");
    CHECK(part("2, 9223372036854775807") == "bcdef");
    CHECK(part("2, 0") == "");
}

TEST_CASE("expressions: CASE computes its operand once") {
    Peer peer;
    CHECK(peer.send("CASE NEXT_ID() WHEN 5 THEN 'five' WHEN 1 THEN 'one' ELSE 'other' END") == "one");
    CHECK(peer.last_id == 1);
    CHECK(peer.send("CASE RECEIVED('$.none') WHEN NULL THEN 'a' ELSE 'b' END") == "b");
    CHECK(peer.send("CASE RECEIVED('$.n') WHEN 7 THEN 'a' END") == "a");
}

TEST_CASE("expressions: CURRENT_TIMESTAMP is the time wherever it stands") {
    Peer peer;
    const std::string now = peer.send("NOW()");
    CHECK(peer.send("CURRENT_TIMESTAMP") == now);
    CHECK(peer.send("current_timestamp", "ping_message") == now);
    CHECK(peer.send("JSON_OBJECT('at': CURRENT_TIMESTAMP)") == peer.send("JSON_OBJECT('at': NOW())"));
    CHECK(peer.send("MAP {'X-Time': CURRENT_TIMESTAMP}", "headers") == now);
}

TEST_CASE("expressions: what is put into a URL is one part of it") {
    Peer peer;
    peer.position = R"("a&b=c d/e+f")";
    CHECK(peer.send("'ws://h/?from=${resume}&x=' || 1", "endpoint") == "ws://h/?from=a%26b%3Dc%20d%2Fe%2Bf&x=1");
    CHECK(peer.send("'${resume}-' || 1", "subscribe_message") == "a&b=c d/e+f-1");
}

}  // namespace laminar::test
