#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/threads/mutex.h"
#include "connectors/connection_context.h"

namespace laminar {

class RecordedConnection;

/// The other side of every connection of a test: what comes in is given, with the time it came; what goes out is kept.
/// Nothing is opened and no time passes. make() serves as a session's ConnectionMaker; the session must end first.
/// Thread-safe, but messages are delivered from one thread, and not while a statement is executed.
class RecordedPeers {
public:
    [[nodiscard]] std::unique_ptr<Connection> make(const ConnectionObject& definition,
                                                   const ConnectionContext& context);

    enum class Delivery { done, not_open, not_taken };

    /// Hands a message to everyone who reads the connection; waits while one of them is full, at most a minute.
    /// received_at is in microseconds since the epoch, UTC; binary: bytes, not text. not_open: nobody uses the
    /// connection, or it has failed.
    [[nodiscard]] Delivery deliver(std::string_view connection, std::string_view payload, std::int64_t received_at,
                                   bool binary = false);
    /// Waits until everything that was delivered to the connection has been taken; false after a minute in vain.
    [[nodiscard]] bool wait_until_taken(std::string_view connection);
    /// The moment up to which everything has been processed: a session's wall_clock. It begins in 1970 and goes on when
    /// it is set.
    void set_time(std::int64_t time) noexcept { time_ = time; }
    [[nodiscard]] std::int64_t time() const noexcept { return time_; }

    /// Nothing will come any more, on any connection.
    void finish();

    /// The payloads of the messages sent over a connection, in order.
    [[nodiscard]] std::vector<std::string> sent(std::string_view connection) const;

    /// Called with the name of the connection and the payload when a message is sent, on the thread that sends it. Set
    /// before anything is delivered.
    std::function<void(const std::string&, const std::string&)> on_send;

private:
    friend class RecordedConnection;

    void keep(const std::string& connection, const std::string& payload);
    void forget(const RecordedConnection& connection);
    [[nodiscard]] RecordedConnection* find(std::string_view connection) const;

    std::atomic<std::int64_t> time_{0};
    mutable Mutex mutex_;
    std::map<std::string, RecordedConnection*> connections_ LAMINAR_GUARDED_BY(mutex_);  ///< By folded name.
    std::map<std::string, std::vector<std::string>> sent_ LAMINAR_GUARDED_BY(mutex_);
    bool finished_ LAMINAR_GUARDED_BY(mutex_) = false;
};

}  // namespace laminar
