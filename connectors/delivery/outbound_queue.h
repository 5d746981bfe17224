#pragma once

#include <atomic>
#include <boost/container/deque.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "catalog/threads/mutex.h"
#include "connectors/connection.h"
#include "connectors/rows/message.h"

namespace laminar {

/// Messages on their way to one peer: waiting, or taken by the writer but not yet known to be sent. Bounded by count
/// and bytes. Any thread may push; one writer takes.
/// Tells a burst from a peer that does not read: the peer is slow when it has not taken within slow_after what was
/// waiting when the queue was full, and stays so until half of the queue is free.
class OutboundQueue {
public:
    struct Limits {
        std::size_t messages = 1000;
        std::size_t bytes = 64U << 20;
        std::chrono::milliseconds slow_after{5'000};
    };
    using Clock = std::chrono::steady_clock;
    enum class Room : std::uint8_t { free, full, slow };  ///< full: the peer takes what waits; slow: it does not.

    explicit OutboundQueue(Limits limits) : limits_(limits) {}

    /// wake is called (from the pushing thread, no lock held) when there is something to take and the writer has gone
    /// to sleep. Empty: nobody writes at present.
    void set_wake(std::function<void()> wake);

    /// Whether there is room for a message; if not, remembers that somebody was turned away.
    Room room_for(std::size_t payload_size, Clock::time_point now = Clock::now());
    /// False when full; remembers that somebody was turned away.
    bool push(const OutgoingMessage& message);
    /// Makes room by dropping the oldest waiting messages; returns how many.
    std::size_t push_dropping_oldest(const OutgoingMessage& message);

    /// The next message, or nothing; after nothing, the next push wakes. session: of those that belong to it alone.
    std::optional<OutgoingMessage> take(std::optional<std::int64_t> session = std::nullopt);
    /// Whether there is nothing more to take or to confirm.
    [[nodiscard]] bool is_done(std::optional<std::int64_t> session = std::nullopt) const;
    /// Whether take(session) would give something.
    [[nodiscard]] bool has_waiting(std::optional<std::int64_t> session) const;
    /// The same for the writer that does not take yet; after nothing, the next push wakes.
    [[nodiscard]] bool has_more_for_writer(std::optional<std::int64_t> session);
    /// A session has ended: takes out all that wait and belong to one session alone.
    std::vector<OutgoingMessage> remove_bound();
    /// How often somebody has been turned away because it was full.
    [[nodiscard]] std::uint64_t refusals() const;
    /// How many messages have left it so far, sent (proven, where they are kept until then) or dropped.
    [[nodiscard]] std::uint64_t gone() const;
    /// So many more of those taken have been handed to the system, and wait to be confirmed.
    void note_handed_over(std::size_t count);
    /// The first count of those taken have been sent. True when somebody was turned away before.
    bool confirm(std::size_t count);
    /// The connection is gone: what was taken and not confirmed waits again, first. sent: so many of that have been
    /// sent all the same; returns how many of those belong to no session, and will be sent again.
    std::size_t restore(std::size_t sent = 0);
    /// Gives up everything, in order, and accepts nothing any more: another queue goes on with it.
    std::vector<OutgoingMessage> surrender();
    /// Puts what another queue has surrendered before what waits here, even beyond the limits.
    void adopt(std::vector<OutgoingMessage> messages);
    /// Drops everything; returns how many. gives_up: nobody will send them any more, so that their receipts say that
    /// they are lost.
    std::size_t clear(bool gives_up = false);

    [[nodiscard]] bool is_empty() const;
    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] UnsentMessages unsent() const;

private:
    /// Index in waiting_.
    [[nodiscard]] std::size_t first_of(std::optional<std::int64_t> session) const LAMINAR_REQUIRES(mutex_);
    [[nodiscard]] bool full_for(std::size_t payload_size) const noexcept LAMINAR_REQUIRES(mutex_);
    void count_gone(std::size_t count) noexcept LAMINAR_REQUIRES(mutex_);
    void forget_slowness() noexcept LAMINAR_REQUIRES(mutex_);

    const Limits limits_;
    mutable Mutex mutex_;
    // Unlike the standard library's, these take no memory while they have never held anything: each idle client has
    // two.
    boost::container::deque<OutgoingMessage> waiting_ LAMINAR_GUARDED_BY(mutex_);
    boost::container::deque<OutgoingMessage> taken_ LAMINAR_GUARDED_BY(mutex_);
    std::size_t handed_over_ LAMINAR_GUARDED_BY(mutex_) = 0;  ///< The first of those taken.
    std::size_t bytes_ LAMINAR_GUARDED_BY(mutex_) = 0;
    std::function<void()> wake_ LAMINAR_GUARDED_BY(mutex_);
    bool writer_awake_ LAMINAR_GUARDED_BY(mutex_) = false;
    bool refused_ LAMINAR_GUARDED_BY(mutex_) = false;
    std::uint64_t gone_ LAMINAR_GUARDED_BY(mutex_) = 0;  ///< Sent or dropped, so far.
    std::uint64_t mark_ LAMINAR_GUARDED_BY(mutex_) =
        0;  ///< What gone_ will be when all that waited at marked_at_ is gone.
    std::optional<Clock::time_point> marked_at_
        LAMINAR_GUARDED_BY(mutex_);  ///< When it was full and nobody had noticed yet.
    bool slow_ LAMINAR_GUARDED_BY(mutex_) = false;
    std::uint64_t refusals_ LAMINAR_GUARDED_BY(mutex_) = 0;
    bool surrendered_ LAMINAR_GUARDED_BY(mutex_) = false;
};

}  // namespace laminar
