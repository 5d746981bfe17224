#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "connectors/rows/message.h"

namespace laminar {

/// A copy of a message that outlives its delivery.
struct HeldMessage {
    std::string payload;
    bool binary = false;
    std::int64_t received_at = 0;
    std::uint64_t wire_size = 0;
    std::uint64_t sequence = 0;
    std::uint32_t delivery_count = 1;
    std::shared_ptr<const MessageOrigin> origin;  ///< May be null.
    std::vector<std::string> open_ids;            ///< Of its rows, not acknowledged yet.

    HeldMessage() = default;
    HeldMessage(const Message& message, std::vector<std::string> ids);
    /// As a message that borrows from this.
    [[nodiscard]] Message view() const;
};

/// Messages that have been delivered and wait for ACKNOWLEDGE_MESSAGE (auto_ack = false), in the order in which their
/// time runs out. A message whose rows have ids of their own is done when each of them has been acknowledged. Not
/// thread-safe.
class InFlightMessages {
public:
    using Clock = std::chrono::steady_clock;

    /// due must not be before that of messages added earlier.
    void add(HeldMessage message, Clock::time_point due);
    /// The id is done: the client id of its sender; nothing when no such id is in flight.
    std::optional<std::string> acknowledge(const std::string& id);
    /// The message whose time ran out first, if it has by now. Borrowed until the next call.
    [[nodiscard]] const HeldMessage* first_overdue(Clock::time_point now) const;
    /// No message's time runs out later than that.
    void set_latest_due(Clock::time_point due);
    /// Takes out the message that first_overdue shows.
    HeldMessage take_first();

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

private:
    struct Entry {
        HeldMessage message;
        Clock::time_point due;
    };
    using Position = std::list<Entry>::iterator;

    void erase_ids(Position entry);

    std::list<Entry> entries_;
    std::unordered_multimap<std::string, Position> by_id_;
    std::size_t bytes_ = 0;
};

}  // namespace laminar
