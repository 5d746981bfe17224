#include "server/http/rules/webhook_door.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

using namespace laminar;
using namespace laminar::http;

namespace {

std::string hexadecimal(const std::string& bytes) {
    std::string text;
    for (const char byte : bytes)
        text += fmt::format("{:02x}", static_cast<unsigned>(static_cast<unsigned char>(byte)));
    return text;
}

}  // namespace

TEST_CASE("signatures are those of RFC 2202 and RFC 4231") {
    const std::string key = "Jefe";
    const std::string text = "what do ya want for nothing?";
    CHECK(hexadecimal(webhook_signature(WebhookHash::sha1, key, text)) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    CHECK(hexadecimal(webhook_signature(WebhookHash::sha256, key, text)) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(hexadecimal(webhook_signature(WebhookHash::sha512, key, text)) ==
          "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a"
          "6b4b636e"
          "070a38bce737");
}
