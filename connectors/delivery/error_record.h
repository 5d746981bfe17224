#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace laminar {

/// One entry of a connection's errors stream.
struct ErrorRecord {
    std::string error_type;      ///< As MessageError::type, or connection, processing, not_acknowledged, late,
                                 ///< undeliverable, field_left_out.
    std::string error_message;   ///< Redacted.
    std::string failed_message;  ///< Payload as text; base64 when it is not UTF-8. Empty for connection errors.
    std::int64_t timestamp = 0;  ///< UTC microseconds.
    std::string connection_name;
    std::string peer;
    std::string remote_address;
    // About the message, where there is one:
    std::string message_id;        ///< Empty when it is not known.
    std::int64_t received_at = 0;  ///< UTC microseconds; 0: there is no message.
    std::uint64_t message_size = 0;
    std::uint32_t delivery_count = 0;
};

/// As a JSON object with these field names; times in ISO 8601.
[[nodiscard]] std::string to_json(const ErrorRecord& record);
/// The same for a dead letter, with the payload's bytes as base64 in a field "data".
[[nodiscard]] std::string to_json(const ErrorRecord& record, std::string_view payload);

/// Payload bytes as text for failed_message, cut to at most limit bytes.
[[nodiscard]] std::string printable_payload(std::string_view payload, std::size_t limit);

}  // namespace laminar
