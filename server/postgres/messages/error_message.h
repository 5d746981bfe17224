#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "parser/diagnostic/diagnostic.h"
#include "server/postgres/messages/message_writer.h"

namespace laminar::postgres {

enum class Weight : std::uint8_t {
    notice,
    warning,
    error,  ///< Of a statement.
    fatal   ///< The connection ends with it.
};

/// An ErrorResponse or a NoticeResponse.
struct ErrorMessage {
    Weight weight = Weight::error;
    std::string_view state;  ///< SQLSTATE: five characters.
    std::string message;
    std::string hint = {};
    std::uint32_t position = 0;  ///< In code points, from 1, within the text that the client has sent; 0: none.
};

void append_error(MessageWriter& out, const ErrorMessage& error);

/// A finding of Laminar's. query is what the client has sent, and begin the byte at which the text that the finding is
/// about begins in it.
[[nodiscard]] ErrorMessage to_error_message(const Diagnostic& finding, std::string_view query, std::size_t begin);

/// Of a subscription whose rows do not come any more.
[[nodiscard]] ErrorMessage subscription_has_ended(std::string_view reason);

/// Of a message that is not made as its type asks.
[[nodiscard]] ErrorMessage malformed_message();

}  // namespace laminar::postgres
