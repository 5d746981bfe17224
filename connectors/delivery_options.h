#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "catalog/options/computed_text.h"

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
    std::optional<std::uint64_t> batch_size;       ///< Rows to wait for; larger: cheaper rows, later ones.
    std::chrono::milliseconds batch_timeout{100};  ///< For so long; no row is later by more.

    ErrorPolicy on_error = ErrorPolicy::proceed;
    std::optional<std::uint64_t> max_errors_per_minute;  ///< More of them fail the connection; absent: no limit.
    std::uint64_t error_buffer_size = 10'000;            ///< Kept for the errors stream, in memory; dead letters too.
    bool dlq_enabled = false;

    bool auto_ack = true;
    std::optional<ComputedText> ack_message;  ///< Absent: {"type":"ack","message_id":...} where one is due.
    std::chrono::milliseconds ack_timeout{30'000};
    std::uint32_t max_deliveries = 5;
    std::string message_id_field = "message_id";
};

}  // namespace laminar
