#include "connectors/expressions/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

namespace laminar {
namespace {

using Bytes = std::array<unsigned char, EVP_MAX_MD_SIZE>;

const EVP_MD* algorithm(DigestKind kind) {
    switch (kind) {
        case DigestKind::md5:
            return EVP_md5();
        case DigestKind::sha1:
            return EVP_sha1();
        case DigestKind::sha256:
            return EVP_sha256();
        case DigestKind::sha384:
            return EVP_sha384();
        case DigestKind::sha512:
            return EVP_sha512();
    }
    return nullptr;
}

std::string digits_of(std::string_view bytes, std::string_view digits) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        text += digits[value >> 4U];
        text += digits[value & 0x0FU];
    }
    return text;
}

std::string lower_digits(const Bytes& bytes, unsigned size) {
    return digits_of({reinterpret_cast<const char*>(bytes.data()), size}, "0123456789abcdef");
}

}  // namespace

std::string digest_hex(DigestKind kind, std::string_view bytes) {
    Bytes result{};
    unsigned size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), result.data(), &size, algorithm(kind), nullptr) != 1)
        throw std::runtime_error("OpenSSL does not compute this digest");
    return lower_digits(result, size);
}

std::string hmac_hex(DigestKind kind, std::string_view key, std::string_view bytes) {
    Bytes result{};
    unsigned size = 0;
    // An empty key is one; OpenSSL takes a null one for "as before".
    const void* const key_bytes = key.empty() ? "" : key.data();
    if (HMAC(algorithm(kind), key_bytes, static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), result.data(), &size) == nullptr)
        throw std::runtime_error("OpenSSL does not compute this digest");
    return lower_digits(result, size);
}

std::string hex_of(std::string_view bytes) { return digits_of(bytes, "0123456789ABCDEF"); }

}  // namespace laminar
