#pragma once

#include <cstdint>
#include <functional>

namespace laminar::bench {

// Readers that do nothing with what they read, on the calling thread. Each returns when the last message has come, in
// seconds of the steady clock.

/// The baseline: awaits message after message with plain Beast's async_read.
[[nodiscard]] double read_with_plain_beast(std::uint16_t port, std::uint64_t messages);
/// With the product's MessageStream, which takes whole frames out of its receive buffer.
[[nodiscard]] double read_frame_wise(std::uint16_t port, std::uint64_t messages);

/// A relay in plain Beast: what comes from the feed goes on to the one client that connects to a port of its own
/// (listening tells which). Returns when the feed has ended.
void relay_with_plain_beast(std::uint16_t feed_port, const std::function<void(std::uint16_t)>& listening);

}  // namespace laminar::bench
