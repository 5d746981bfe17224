#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace laminar {

/// What happens to an inbound message that finds the buffer full.
enum class OverflowPolicy : std::uint8_t { block, drop_oldest, drop_newest };
enum class ErrorPolicy : std::uint8_t { proceed, fail, retry };  ///< proceed is written 'continue'.

/// How messages are handed from a connection to those who read it, whatever the connector: bounds, batches, errors and
/// acknowledgement. A connector that offers these options has them in its own options struct, as a base, and declares
/// them with the groups of connectors/delivery/delivery_option_groups.h; the others go by these defaults. Fields bear
/// the names of their options, without the unit.
struct DeliveryOptions {
    // Larger values let longer bursts wait instead of stopping the peer, and cost their memory for each reader.
    std::uint64_t buffer_size = 1000;          ///< Inbound messages not yet taken by the engine.
    std::uint64_t buffer_bytes = 64ULL << 20;  ///< Their bytes.
    OverflowPolicy overflow = OverflowPolicy::block;
    std::optional<std::uint64_t> batch_size;       ///< Rows the engine waits for; absent: takes what is there.
    std::chrono::milliseconds batch_timeout{100};  ///< How long it waits for them; no row is later than that.

    ErrorPolicy on_error = ErrorPolicy::proceed;
    std::optional<std::uint64_t> max_errors_per_minute;  ///< More of them fail the connection; absent: no limit.
    std::uint64_t error_buffer_size = 10'000;            ///< Errors kept for the errors stream; dead letters, too.
    bool dlq_enabled = false;

    bool auto_ack = true;
    std::optional<std::string> ack_message;  ///< Absent: {"type":"ack","message_id":...} where one is due.
    std::chrono::milliseconds ack_timeout{30'000};
    std::uint32_t max_deliveries = 5;
    std::string message_id_field = "message_id";
};

}  // namespace laminar
