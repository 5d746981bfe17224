#include "server/login/scram_exchange.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

#include "connectors/codec/values/base64.h"

namespace laminar {

namespace {

constexpr std::size_t nonce_size = 18;

std::string base64(std::string_view bytes) {
    std::string text;
    append_base64(text, bytes);
    return text;
}

/// "name=value", and the comma behind it.
std::optional<std::string_view> take_attribute(std::string_view& text, char name) {
    if (text.size() < 2 || text[0] != name || text[1] != '=') return std::nullopt;
    const std::size_t end = std::min(text.find(','), text.size());
    const std::string_view value = text.substr(2, end - 2);
    text.remove_prefix(std::min(end + 1, text.size()));
    return value;
}

bool is_printable(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '!' && c <= '~'; });
}

}  // namespace

std::optional<std::string> ScramExchange::answer_first(std::string_view message) {
    // "n": the client has no channel binding; "y": it has, but saw that we offer none. "p=..." asks for it.
    if (message.size() < 3 || (message[0] != 'n' && message[0] != 'y') || message[1] != ',') return std::nullopt;
    const std::size_t header_end = message.find(',', 2);
    // An authorization identity (a=) is for acting as somebody else.
    if (header_end != 2) return std::nullopt;
    channel_binding_ = base64(message.substr(0, header_end + 1));
    const std::string_view bare = message.substr(header_end + 1);
    std::string_view rest = bare;
    // The user is that of the start-up message; PostgreSQL's clients leave it empty here.
    if (!take_attribute(rest, 'n')) return std::nullopt;
    const std::optional<std::string_view> client_nonce = take_attribute(rest, 'r');
    if (!client_nonce || !is_printable(*client_nonce)) return std::nullopt;
    nonce_ = std::string(*client_nonce) + base64(random_bytes(nonce_size));
    const std::string answer = fmt::format("r={},s={},i={}", nonce_, base64(verifier_.salt), verifier_.iterations);
    first_messages_ = fmt::format("{},{}", bare, answer);
    return answer;
}

std::optional<std::string> ScramExchange::answer_final(std::string_view message) {
    const std::size_t proof_at = message.rfind(",p=");
    if (proof_at == std::string_view::npos) return std::nullopt;
    std::string_view rest = message;
    const std::optional<std::string_view> binding = take_attribute(rest, 'c');
    const std::optional<std::string_view> nonce = binding ? take_attribute(rest, 'r') : std::nullopt;
    if (!nonce || *binding != channel_binding_ || *nonce != nonce_) return std::nullopt;
    std::string key;
    if (!decode_base64(message.substr(proof_at + 3), key) || key.size() != sha256_size) return std::nullopt;

    const std::string signed_text = fmt::format("{},{}", first_messages_, message.substr(0, proof_at));
    const std::string signature = hmac_sha256(verifier_.stored_key, signed_text);
    for (std::size_t i = 0; i < sha256_size; ++i) key[i] = static_cast<char>(key[i] ^ signature[i]);
    const std::string stored = sha256(key);
    const bool proven = CRYPTO_memcmp(stored.data(), verifier_.stored_key.data(), sha256_size) == 0;
    if (!proven || !is_known_) return std::nullopt;
    return "v=" + base64(hmac_sha256(verifier_.server_key, signed_text));
}

}  // namespace laminar
