#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/login/scram_verifier.h"

namespace laminar {

/// The server's side of SCRAM-SHA-256 (RFC 7677) without channel binding: two messages of the client, an answer to
/// each. Whether the user exists does not show: one that does not has a verifier that nothing fits.
class ScramExchange {
public:
    /// is_known: false fails the exchange at its end, whatever the client proves.
    ScramExchange(ScramVerifier verifier, bool is_known) : verifier_(std::move(verifier)), is_known_(is_known) {}

    /// To client-first-message; nothing: it is malformed, or asks for channel binding.
    [[nodiscard]] std::optional<std::string> answer_first(std::string_view message);
    /// To client-final-message; nothing: it is malformed, or the password is wrong.
    [[nodiscard]] std::optional<std::string> answer_final(std::string_view message);

private:
    const ScramVerifier verifier_;
    const bool is_known_;
    std::string channel_binding_;  ///< What the client has to repeat, in base64.
    std::string nonce_;
    std::string first_messages_;  ///< Of both, as they are signed.
};

}  // namespace laminar
