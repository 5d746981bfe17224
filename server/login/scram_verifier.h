#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace laminar {

/// What proves that somebody knows a password without telling it (RFC 5802, SHA-256): what PostgreSQL keeps in
/// pg_authid.rolpassword.
struct ScramVerifier {
    unsigned iterations = 0;
    std::string salt;        ///< Bytes, as the next two.
    std::string stored_key;  ///< Of the client's key: its SHA-256.
    std::string server_key;
};

inline constexpr unsigned scram_iterations = 4096;  ///< As PostgreSQL has them.

/// With a salt of its own each time. Throws std::runtime_error when the system has no randomness, or the password
/// cannot be used (empty, or not UTF-8).
[[nodiscard]] ScramVerifier make_scram_verifier(std::string_view password);
[[nodiscard]] ScramVerifier make_scram_verifier(std::string_view password, std::string salt, unsigned iterations);

/// SCRAM-SHA-256$4096:<salt>$<stored key>:<server key>, in base64.
[[nodiscard]] std::string to_text(const ScramVerifier& verifier);
[[nodiscard]] std::optional<ScramVerifier> parse_scram_verifier(std::string_view text);

inline constexpr std::size_t sha256_size = 32;
[[nodiscard]] std::string sha256(std::string_view text);
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view text);
/// Unpredictable. Throws std::runtime_error when the system has none.
[[nodiscard]] std::string random_bytes(std::size_t count);

}  // namespace laminar
