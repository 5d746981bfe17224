#include "server/http/rules/webhook_door.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <spdlog/spdlog.h>

#include <array>
#include <stdexcept>
#include <string>

#include "connectors/codec/values/base64.h"
#include "parser/text/ascii.h"
#include "server/login/scram_verifier.h"

namespace laminar::http {

namespace {

const EVP_MD* digest_of(WebhookHash hash) {
    switch (hash) {
        case WebhookHash::sha1:
            return EVP_sha1();
        case WebhookHash::sha512:
            return EVP_sha512();
        case WebhookHash::sha256:
            break;
    }
    return EVP_sha256();
}

std::string_view name_of(WebhookHash hash) {
    switch (hash) {
        case WebhookHash::sha1:
            return "sha1=";
        case WebhookHash::sha512:
            return "sha512=";
        case WebhookHash::sha256:
            break;
    }
    return "sha256=";
}

/// In constant time, whatever their lengths.
bool are_equal(std::string_view one, std::string_view other) {
    const std::string a = sha256(one);
    const std::string b = sha256(other);
    return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string hexadecimal(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes)
        text += fmt::format("{:02x}", static_cast<unsigned>(static_cast<unsigned char>(byte)));
    return text;
}

std::string base64(std::string_view bytes) {
    std::string text;
    append_base64(text, bytes);
    return text;
}

/// Of all the same status and words: whoever guesses learns nothing from them.
Error refusal(std::string message, std::string hint) {
    return {.status = 401, .message = std::move(message), .hint = std::move(hint)};
}

Error unusable() {
    return {.status = 503, .message = "the table's secret cannot be found here", .hint = "the server's log says more"};
}

}  // namespace

std::string webhook_signature(WebhookHash hash, std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    if (HMAC(digest_of(hash), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes.data(), &size) == nullptr)
        throw std::runtime_error("HMAC is not to be had");
    return {reinterpret_cast<const char*>(bytes.data()), size};
}

std::optional<WebhookDoor> WebhookDoor::of(const Catalog& catalog, std::string_view table,
                                           const SecretResolver& secrets) {
    const auto* found = catalog.find_as<TableObject>(table);
    std::optional<WebhookOptions> options = found ? webhook_options(*found) : std::nullopt;
    if (!options) return std::nullopt;
    return WebhookDoor(std::move(*options), secrets);
}

std::optional<std::string> WebhookDoor::secret(std::string_view text) const {
    SecretResolver::Result resolved = secrets_.resolve(text);
    if (!resolved.missing.empty()) {
        spdlog::error("http: rows of a webhook are refused: {}", resolved.missing.front());
        return std::nullopt;
    }
    secrets_.remember(resolved.text);
    // An empty file or variable is none: everybody could make its signatures.
    if (resolved.text.empty()) {
        spdlog::error("http: rows of a webhook are refused: its secret is empty");
        return std::nullopt;
    }
    return std::move(resolved.text);
}

std::optional<Error> WebhookDoor::check_head(const Request& request) const {
    if (!options_.webhook_auth_token.empty()) {
        const std::optional<std::string> wanted = secret(options_.webhook_auth_token);
        if (!wanted) return unusable();
        const std::string_view authorization = request.header("Authorization");
        constexpr std::string_view scheme = "Bearer ";
        const bool is_bearer = equals_ignoring_case(authorization.substr(0, scheme.size()), scheme);
        if (!is_bearer || !are_equal(authorization.substr(scheme.size()), *wanted))
            return refusal("a token is needed", "send Authorization: Bearer TOKEN, with the token of the table");
    }
    if (!options_.webhook_hmac_secret.empty() && request.header(options_.webhook_hmac_header).empty())
        return refusal("a signature is needed", fmt::format("send it as {}", options_.webhook_hmac_header));
    return std::nullopt;
}

std::optional<Error> WebhookDoor::check_body(const Request& request) const {
    if (options_.webhook_hmac_secret.empty()) return std::nullopt;
    const std::optional<std::string> key = secret(options_.webhook_hmac_secret);
    if (!key) return unusable();
    const WebhookHash hash = options_.webhook_hmac_algorithm;
    const std::string signature = webhook_signature(hash, *key, request.body);
    std::string_view given = request.header(options_.webhook_hmac_header);
    if (equals_ignoring_case(given.substr(0, name_of(hash).size()), name_of(hash)))
        given.remove_prefix(name_of(hash).size());
    if (are_equal(fold_case(given), hexadecimal(signature)) || are_equal(given, base64(signature))) return std::nullopt;
    return refusal("the signature is not that of the body",
                   fmt::format("it is the HMAC with {} of the body's bytes, in hexadecimal or base64",
                               name_of(hash).substr(0, name_of(hash).size() - 1)));
}

}  // namespace laminar::http
