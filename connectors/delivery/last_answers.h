#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>

#include "connectors/delivery/input_fanout.h"
#include "connectors/delivery/outbound_queue.h"
#include "connectors/net/strand_event.h"

namespace laminar {

/// The answers to what a peer has sent before its connection ends. They come into the queue as long as the engine has
/// messages to process, and as the writer makes room there: somebody must write meanwhile, or the engine waits for the
/// room and the wait is in vain. Belongs to the session's strand. Borrows both.
class LastAnswers {
public:
    using Clock = std::chrono::steady_clock;

    /// Whatever has been delivered before is waited for, until due at most.
    LastAnswers(InputFanout& inputs, const OutboundQueue& outbound, Clock::time_point due);

    /// Whether one may still come into the queue.
    [[nodiscard]] bool may_come();
    /// Sleeps until that may have changed, until due, or until somebody notifies event.
    boost::asio::awaitable<void> wait(const StrandEvent& event);
    [[nodiscard]] Clock::time_point due() const noexcept { return due_; }

private:
    InputFanout& inputs_;
    const OutboundQueue& outbound_;
    Clock::time_point due_;
    InputFanout::Checkpoint checkpoint_;
    std::uint64_t refusals_ = 0;  ///< Those that have been waited for,
    std::uint64_t gone_ = 0;      ///< and how many messages had left the queue by then.
};

}  // namespace laminar
