#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <utility>

#include "connectors/net/strand_event.h"
#include "server/postgres/messages/message_reader.h"
#include "server/postgres/session/interruptible.h"
#include "server/session/output_channel.h"

namespace laminar::postgres {

/// Between a client's socket, which lives on a strand, and its session, which has a thread: messages one way, bytes the
/// other, both bounded. Thread-safe; each function says whose it is.
class ClientChannel final : public OutputChannel, public Interruptible {
public:
    ClientChannel(const boost::asio::any_io_executor& strand, std::chrono::milliseconds patience,
                  std::function<void()> give_up)
        : OutputChannel(strand, patience, std::move(give_up)), room_(strand) {}

    // The strand.
    void put(FrontendMessage message);
    /// False: whoever reads the socket waits for room().
    [[nodiscard]] bool has_room() const;
    [[nodiscard]] const StrandEvent& room() const noexcept { return room_; }

    // The session.
    /// Waits; nothing when the session is to end, whatever is still there, and when it was interrupted.
    [[nodiscard]] std::optional<FrontendMessage> next();
    void interrupt() noexcept override;
    void forget_interrupt() noexcept override;

private:
    /// Messages that a client may send ahead of the session.
    static constexpr std::size_t most_input = 256 << 10;

    const StrandEvent room_;
    std::deque<FrontendMessage> input_ LAMINAR_GUARDED_BY(mutex_);
    std::size_t input_bytes_ LAMINAR_GUARDED_BY(mutex_) = 0;
    bool is_interrupted_ LAMINAR_GUARDED_BY(mutex_) = false;
};

}  // namespace laminar::postgres
