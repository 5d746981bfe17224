#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "connectors/connection.h"
#include "connectors/message.h"

namespace laminar {

/// Messages on their way to one peer: waiting, or taken by the writer but not yet known to be sent. Bounded by count
/// and bytes. Any thread may push; one writer takes.
class OutboundQueue {
public:
    struct Limits {
        std::size_t messages = 1000;
        std::size_t bytes = 64U << 20;
    };

    explicit OutboundQueue(Limits limits) : limits_(limits) {}

    /// wake is called (from the pushing thread, no lock held) when there is something to take and the writer has gone
    /// to sleep. Empty: nobody writes at present.
    void set_wake(std::function<void()> wake);

    [[nodiscard]] bool is_full(std::size_t payload_size) const;
    /// False when full; remembers that somebody was turned away.
    bool push(const OutgoingMessage& message);
    /// Makes room by dropping the oldest waiting messages; returns how many.
    std::size_t push_dropping_oldest(const OutgoingMessage& message);
    /// Remembers that somebody waits for room.
    void note_refusal();

    /// The next message, or nothing; after nothing, the next push wakes.
    std::optional<OutgoingMessage> take();
    /// The first count of those taken have been sent. True when somebody was turned away before.
    bool confirm(std::size_t count);
    /// The connection is gone: what was taken and not confirmed waits again, first.
    void restore();
    /// Gives up everything, in order, and accepts nothing any more: another queue goes on with it.
    std::vector<OutgoingMessage> surrender();
    /// Puts what another queue has surrendered before what waits here, even beyond the limits.
    void adopt(std::vector<OutgoingMessage> messages);
    /// Drops everything; returns how many.
    std::size_t clear();

    [[nodiscard]] bool is_empty() const;
    [[nodiscard]] std::size_t size() const;

private:
    [[nodiscard]] bool full_for(std::size_t payload_size) const noexcept;

    const Limits limits_;
    mutable std::mutex mutex_;
    std::deque<OutgoingMessage> waiting_;  ///< Guarded by mutex_, as all below.
    std::deque<OutgoingMessage> taken_;
    std::size_t bytes_ = 0;
    std::function<void()> wake_;
    bool writer_awake_ = false;
    bool refused_ = false;
    bool surrendered_ = false;
};

}  // namespace laminar
