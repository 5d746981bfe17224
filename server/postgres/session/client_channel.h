#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "catalog/threads/mutex.h"
#include "connectors/net/strand_event.h"
#include "server/postgres/messages/message_reader.h"
#include "server/postgres/session/interruptible.h"

namespace laminar::postgres {

/// Between a client's socket, which lives on a strand, and its session, which has a thread: messages one way, bytes the
/// other, both bounded. Thread-safe; each function says whose it is.
class ClientChannel final : public Interruptible {
public:
    enum class End : std::uint8_t {
        none,
        client_gone,   ///< Nobody reads what is written any more.
        shut_down,     ///< The server ends. What is written is sent.
        stands_still,  ///< The client has taken nothing for too long.
    };

    /// patience: how long write waits for a client that takes nothing; give_up is then called, on the session's thread.
    ClientChannel(const boost::asio::any_io_executor& strand, std::chrono::milliseconds patience,
                  std::function<void()> give_up)
        : room_(strand), output_(strand), patience_(patience), give_up_(std::move(give_up)) {}

    // The strand.
    void put(FrontendMessage message);
    /// False: whoever reads the socket waits for room().
    [[nodiscard]] bool has_room() const;
    [[nodiscard]] const StrandEvent& room() const noexcept { return room_; }
    /// There are bytes to send, or the session has finished.
    [[nodiscard]] const StrandEvent& output() const noexcept { return output_; }
    /// All that waits; it counts as waiting until sent has been told of it.
    [[nodiscard]] std::string take_output();
    void sent(std::size_t bytes);
    [[nodiscard]] bool is_finished() const;

    /// Any thread. The first counts, but that client_gone comes after shut_down.
    void end(End how);
    [[nodiscard]] End ending() const;

    // The session.
    /// Waits; nothing when the session is to end, whatever is still there, and when it was interrupted.
    [[nodiscard]] std::optional<FrontendMessage> next();
    void interrupt() noexcept override;
    void forget_interrupt() noexcept override;
    /// Waits for room. False: the client will never get it.
    bool write(const std::string& bytes);
    /// Nothing more is written: what waits is sent, and then the connection ends.
    void finish();

private:
    /// Messages that a client may send ahead of the session, and bytes that the session may be ahead of the client.
    static constexpr std::size_t most_input = 256 << 10;
    static constexpr std::size_t most_output = 1 << 20;

    [[nodiscard]] bool is_lost() const LAMINAR_REQUIRES(mutex_) {
        return end_ == End::client_gone || end_ == End::stands_still;
    }

    const StrandEvent room_;
    const StrandEvent output_;
    const std::chrono::milliseconds patience_;
    const std::function<void()> give_up_;
    mutable Mutex mutex_;
    ConditionVariable changed_;
    std::deque<FrontendMessage> input_ LAMINAR_GUARDED_BY(mutex_);
    std::size_t input_bytes_ LAMINAR_GUARDED_BY(mutex_) = 0;
    std::string waiting_ LAMINAR_GUARDED_BY(mutex_);
    std::size_t unsent_ LAMINAR_GUARDED_BY(mutex_) = 0;  ///< What waits, and what has been taken and not been sent.
    std::uint64_t sent_ LAMINAR_GUARDED_BY(mutex_) = 0;
    bool is_interrupted_ LAMINAR_GUARDED_BY(mutex_) = false;
    bool finished_ LAMINAR_GUARDED_BY(mutex_) = false;
    End end_ LAMINAR_GUARDED_BY(mutex_) = End::none;
};

}  // namespace laminar::postgres
