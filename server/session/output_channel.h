#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "catalog/threads/mutex.h"
#include "connectors/net/strand_event.h"

namespace laminar {

/// Bytes from a session, which has a thread, to the socket of its client, which lives on a strand; bounded, so that a
/// client that does not read holds up its session and nobody else. Thread-safe; each function says whose it is.
class OutputChannel {
public:
    enum class End : std::uint8_t {
        none,
        client_gone,   ///< Nobody reads what is written any more.
        shut_down,     ///< The server ends. What is written is sent.
        stands_still,  ///< The client has taken nothing for too long.
    };

    /// patience: how long write waits for a client that takes nothing; give_up is then called, on the session's thread.
    OutputChannel(const boost::asio::any_io_executor& strand, std::chrono::milliseconds patience,
                  std::function<void()> give_up)
        : output_(strand), patience_(patience), give_up_(std::move(give_up)) {}

    // The strand.
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
    /// Waits for room. False: the client will never get it.
    bool write(std::string_view bytes);
    /// Nothing more is written: what waits is sent.
    void finish();

protected:
    mutable Mutex mutex_;
    ConditionVariable changed_;
    End end_ LAMINAR_GUARDED_BY(mutex_) = End::none;

private:
    /// Bytes that the session may be ahead of the client.
    static constexpr std::size_t most_output = 1 << 20;

    [[nodiscard]] bool is_lost() const LAMINAR_REQUIRES(mutex_) {
        return end_ == End::client_gone || end_ == End::stands_still;
    }

    const StrandEvent output_;
    const std::chrono::milliseconds patience_;
    const std::function<void()> give_up_;
    std::string waiting_ LAMINAR_GUARDED_BY(mutex_);
    std::size_t unsent_ LAMINAR_GUARDED_BY(mutex_) = 0;  ///< What waits, and what has been taken and not been sent.
    std::uint64_t sent_ LAMINAR_GUARDED_BY(mutex_) = 0;
    bool finished_ LAMINAR_GUARDED_BY(mutex_) = false;
};

}  // namespace laminar
