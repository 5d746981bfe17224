#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace laminar {

/// One entry of a connection's errors stream.
struct ErrorRecord {
    std::string error_type;      ///< As MessageError::type, or "connection".
    std::string error_message;   ///< Redacted.
    std::string failed_message;  ///< Payload as text; base64 when it is not UTF-8. Empty for connection errors.
    std::int64_t timestamp = 0;  ///< UTC microseconds.
    std::string connection_name;
    std::string client_id;
    std::string remote_address;
};

/// As a JSON object with these field names; timestamp in ISO 8601.
[[nodiscard]] std::string to_json(const ErrorRecord& record);

/// Payload bytes as text for failed_message, cut to at most limit bytes.
[[nodiscard]] std::string printable_payload(std::string_view payload, std::size_t limit);

}  // namespace laminar
