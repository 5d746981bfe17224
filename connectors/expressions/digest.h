#pragma once

#include <string>
#include <string_view>

namespace laminar {

enum class DigestKind { md5, sha1, sha256, sha384, sha512 };

/// The digest in hexadecimal digits, lower case, as the functions of queries give it. Throws std::runtime_error where
/// OpenSSL does not have it (MD5 in some of its configurations).
[[nodiscard]] std::string digest_hex(DigestKind kind, std::string_view bytes);
/// The same for HMAC (RFC 2104).
[[nodiscard]] std::string hmac_hex(DigestKind kind, std::string_view key, std::string_view bytes);

/// Upper case, as HEX() of queries writes it.
[[nodiscard]] std::string hex_of(std::string_view bytes);

}  // namespace laminar
