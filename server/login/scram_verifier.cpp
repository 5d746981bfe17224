#include "server/login/scram_verifier.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <utf8proc.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "connectors/codec/values/base64.h"

namespace laminar {

namespace {

constexpr std::size_t salt_size = 16;
constexpr std::string_view scheme = "SCRAM-SHA-256$";
/// More would keep a client busy for seconds.
constexpr unsigned most_iterations = 10'000'000;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

/// The form in which clients take a password too (SASLprep, RFC 4013): compatible characters are one.
std::string prepared(std::string_view password) {
    if (password.empty()) throw std::runtime_error("the password is empty");
    const bool is_ascii = std::all_of(password.begin(), password.end(), [](char byte) { return (byte & '\x80') == 0; });
    if (is_ascii) return std::string(password);
    utf8proc_uint8_t* normal = nullptr;
    const utf8proc_ssize_t size =
        utf8proc_map(bytes_of(password), static_cast<utf8proc_ssize_t>(password.size()), &normal,
                     static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
                                                    UTF8PROC_IGNORE | UTF8PROC_REJECTNA));
    const std::unique_ptr<utf8proc_uint8_t, void (*)(void*)> owner(normal, std::free);
    if (size <= 0) throw std::runtime_error("the password is not valid UTF-8");
    return {reinterpret_cast<const char*>(normal), static_cast<std::size_t>(size)};
}

std::string base64(std::string_view bytes) {
    std::string text;
    append_base64(text, bytes);
    return text;
}

}  // namespace

std::string sha256(std::string_view text) {
    std::string digest(sha256_size, '\0');
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, EVP_sha256(),
                   nullptr) != 1)
        throw std::runtime_error("SHA-256 is not to be had");
    return digest;
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
    std::string digest(sha256_size, '\0');
    unsigned size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(),
             reinterpret_cast<unsigned char*>(digest.data()), &size) == nullptr)
        throw std::runtime_error("HMAC-SHA-256 is not to be had");
    return digest;
}

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1)
        throw std::runtime_error("the system has no random numbers");
    return bytes;
}

ScramVerifier make_scram_verifier(std::string_view password) {
    return make_scram_verifier(password, random_bytes(salt_size), scram_iterations);
}

ScramVerifier make_scram_verifier(std::string_view password, std::string salt, unsigned iterations) {
    const std::string text = prepared(password);
    std::string salted(sha256_size, '\0');
    if (PKCS5_PBKDF2_HMAC(text.data(), static_cast<int>(text.size()), bytes_of(salt), static_cast<int>(salt.size()),
                          static_cast<int>(iterations), EVP_sha256(), static_cast<int>(salted.size()),
                          reinterpret_cast<unsigned char*>(salted.data())) != 1)
        throw std::runtime_error("PBKDF2 is not to be had");
    return {iterations, std::move(salt), sha256(hmac_sha256(salted, "Client Key")), hmac_sha256(salted, "Server Key")};
}

std::string to_text(const ScramVerifier& verifier) {
    return fmt::format("{}{}:{}${}:{}", scheme, verifier.iterations, base64(verifier.salt), base64(verifier.stored_key),
                       base64(verifier.server_key));
}

std::optional<ScramVerifier> parse_scram_verifier(std::string_view text) {
    if (!text.starts_with(scheme)) return std::nullopt;
    text.remove_prefix(scheme.size());
    const std::size_t salt = text.find(':');
    const std::size_t keys = text.find('$');
    const std::size_t server = text.rfind(':');
    if (salt == std::string_view::npos || keys == std::string_view::npos || salt > keys || server < keys)
        return std::nullopt;
    ScramVerifier verifier;
    const char* const end = text.data() + salt;
    const auto number = std::from_chars(text.data(), end, verifier.iterations);
    if (number.ec != std::errc() || number.ptr != end || verifier.iterations == 0 ||
        verifier.iterations > most_iterations)
        return std::nullopt;
    const bool decoded = decode_base64(text.substr(salt + 1, keys - salt - 1), verifier.salt) &&
                         decode_base64(text.substr(keys + 1, server - keys - 1), verifier.stored_key) &&
                         decode_base64(text.substr(server + 1), verifier.server_key);
    if (!decoded || verifier.salt.empty() || verifier.stored_key.size() != sha256_size ||
        verifier.server_key.size() != sha256_size)
        return std::nullopt;
    return verifier;
}

}  // namespace laminar
