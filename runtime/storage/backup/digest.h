#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace laminar {

/// SHA-256 of bytes that come piece by piece. One thread.
class Digest {
public:
    Digest();  ///< Throws std::runtime_error when OpenSSL does not have it.
    void add(std::string_view bytes);
    /// In hexadecimal, once.
    [[nodiscard]] std::string finish();

private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const noexcept;
    };
    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace laminar
