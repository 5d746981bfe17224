#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connection.h"
#include "connectors/input_channel.h"
#include "connectors/websocket/connection_journal.h"
#include "connectors/websocket/error_record.h"
#include "connectors/websocket/options.h"

namespace laminar {

/// The errors of one connection: hands them to the tables of the streams errors and dlq, keeps the latest of them for
/// tables yet to come (error_buffer_size), keeps dead letters, and judges when there are too many
/// (max_errors_per_minute). Thread-safe. Borrows the journal and the options.
class ErrorStream {
public:
    ErrorStream(ConnectionJournal& journal, const WebSocketOptions& options) : journal_(journal), options_(options) {}

    void add(TableStream stream, const std::shared_ptr<InputChannel>& channel);
    void remove(const std::shared_ptr<InputChannel>& channel);
    void finish();
    [[nodiscard]] bool has_readers() const;

    /// An error of the connection itself. Returns why the connection must fail, if it must.
    std::optional<std::string> record_connection_error(ErrorRecord record);
    /// A message that could not be used: the rest of record is filled from it. With dlq_enabled it becomes a dead
    /// letter. Returns as above; with on_error = 'fail' it must.
    std::optional<std::string> record_message(ErrorRecord record, std::string_view payload);

private:
    using Channels = std::vector<std::shared_ptr<InputChannel>>;
    struct DeadRecord {
        ErrorRecord record;
        std::string json;
    };

    std::optional<std::string> record_error(const ErrorRecord& record);
    void bury(const ErrorRecord& record, const std::string& payload);
    [[nodiscard]] bool may_log();
    void offer(const std::string& json, const ErrorRecord& record, InputChannel& channel);

    ConnectionJournal& journal_;
    const WebSocketOptions& options_;
    std::atomic<std::uint64_t> sequence_{0};

    mutable std::mutex mutex_;
    Channels error_channels_;  ///< Guarded by mutex_, as all below.
    Channels dead_letter_channels_;
    std::deque<ErrorRecord> errors_;       ///< The latest, at most error_buffer_size.
    std::deque<DeadRecord> dead_letters_;  ///< The same, and at most buffer_bytes.
    std::size_t dead_letter_bytes_ = 0;
    std::deque<std::chrono::steady_clock::time_point> recent_errors_;  ///< Of the last minute.
    std::chrono::steady_clock::time_point log_window_start_;
    std::uint64_t logged_in_window_ = 0;
};

}  // namespace laminar
