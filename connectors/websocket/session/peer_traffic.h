#pragma once

#include <atomic>
#include <cstdint>

namespace laminar {

/// What has gone to and come from one peer. Counted by its session and by whoever sends; read by any thread.
struct PeerTraffic {
    std::atomic<std::uint64_t> messages_received{0};
    std::atomic<std::uint64_t> messages_sent{0};
    std::atomic<std::uint64_t> bytes_received{0};  ///< Of payloads, as all bytes here.
    std::atomic<std::uint64_t> bytes_sent{0};
    std::atomic<std::uint64_t> messages_dropped{0};  ///< Not sent for lack of room.
    std::atomic<std::int64_t> last_message_at{0};    ///< UTC microseconds; 0: never.
};

}  // namespace laminar
