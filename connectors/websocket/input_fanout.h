#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connection.h"
#include "connectors/input_channel.h"
#include "connectors/message.h"
#include "connectors/net/strand_event.h"
#include "connectors/websocket/connection_journal.h"
#include "connectors/websocket/error_record.h"
#include "connectors/websocket/options.h"

namespace laminar {

/// Hands the messages of one connection to all its input channels, and its errors to those of the errors stream.
/// Thread-safe: sessions on several strands deliver at the same time (each of them may overrun a full channel by one
/// message). Borrows the journal and the options.
class InputFanout {
public:
    InputFanout(ConnectionJournal& journal, const WebSocketOptions& options);
    ~InputFanout();
    InputFanout(const InputFanout&) = delete;
    InputFanout& operator=(const InputFanout&) = delete;

    void add(TableStream stream, std::shared_ptr<InputChannel> channel);
    void remove(const std::shared_ptr<InputChannel>& channel);

    /// Whether the reader must wait before the next message: paused, or a channel is full and overflow = 'block'.
    [[nodiscard]] bool must_wait() const;
    /// Posts event as soon as must_wait may have become false; at once if it is.
    void wake_when_ready(const StrandEvent& event);
    void set_paused(bool paused);

    /// Offers the message to every channel; what cannot be decoded is counted, kept and reported. Returns why the
    /// connection must fail because of it, if it must (on_error, max_errors_per_minute).
    std::optional<std::string> deliver(const Message& message);
    /// The same for a message that cannot even be offered to them.
    std::optional<std::string> refuse(const Message& message, MessageError error);
    /// No more input at hand: lets consumers look.
    void flush();
    /// No more input ever.
    void finish();

    /// An error of the connection itself, for the errors stream. Returns why the connection must fail, if it must.
    std::optional<std::string> report_connection_error(const std::string& description, const MessageOrigin& origin);

    [[nodiscard]] std::size_t pending_messages() const;

private:
    struct Channels {
        std::vector<std::shared_ptr<InputChannel>> messages;
        std::vector<std::shared_ptr<InputChannel>> errors;
        std::vector<std::shared_ptr<InputChannel>> dead_letters;
    };
    struct Waiters;

    [[nodiscard]] std::shared_ptr<const Channels> channels() const;
    void offer_record(const std::string& json, const ErrorRecord& record, InputChannel& channel);
    std::optional<std::string> record_error(ErrorRecord record);
    void log_decode_error(const MessageError& error, const Message& message);

    ConnectionJournal& journal_;
    const WebSocketOptions& options_;
    const std::shared_ptr<Waiters> waiters_;
    std::atomic<bool> paused_{false};
    std::atomic<std::uint64_t> error_sequence_{0};

    mutable std::mutex mutex_;
    std::shared_ptr<const Channels> channels_;  ///< Guarded by mutex_, as all below.
    std::deque<ErrorRecord> errors_;            ///< The latest, at most error_buffer_size, for consumers yet to come.
    std::deque<std::chrono::steady_clock::time_point> recent_errors_;  ///< Of the last minute.
    std::chrono::steady_clock::time_point log_window_start_;
    std::uint64_t logged_in_window_ = 0;
};

}  // namespace laminar
