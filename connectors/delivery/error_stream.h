#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/threads/mutex.h"
#include "connectors/connection.h"
#include "connectors/delivery/connection_journal.h"
#include "connectors/delivery/error_record.h"
#include "connectors/delivery/input_channel.h"
#include "connectors/delivery/inputs_handover.h"
#include "connectors/delivery_options.h"

namespace laminar {

/// The errors of one connection: hands them to the tables of the streams errors and dlq, keeps the latest of them for
/// tables yet to come (error_buffer_size), keeps dead letters, and judges when there are too many
/// (max_errors_per_minute). Thread-safe. Borrows the journal and the options.
class ErrorStream {
public:
    ErrorStream(ConnectionJournal& journal, const DeliveryOptions& options) : journal_(journal), options_(options) {}

    void add(TableStream stream, const std::shared_ptr<InputChannel>& channel);
    void remove(const std::shared_ptr<InputChannel>& channel);
    void finish();
    [[nodiscard]] bool has_readers() const;

    /// Leaves everything to a successor, whose channels need not be told again.
    [[nodiscard]] ErrorBacklog surrender();
    void adopt(ErrorBacklog backlog);

    /// An error of the connection itself. Returns why the connection must fail, if it must.
    std::optional<std::string> record_connection_error(ErrorRecord record);
    /// A message that could not be used: the rest of record is filled from it. With dlq_enabled it becomes a dead
    /// letter. part: what the record is about, where others of the message were used. Returns as above; with
    /// on_error = 'fail' it must.
    std::optional<std::string> record_message(ErrorRecord record, std::string_view payload,
                                              std::optional<std::string_view> part = std::nullopt);
    /// Another part of a message that record_message has been told of: an error more, but no failed message more.
    std::optional<std::string> record_further_part(ErrorRecord record, std::string_view part);
    /// A message that was left out without being wrong: it came too late, or its receiver is not there. No policy
    /// applies, and it has not failed.
    void record_left_out(ErrorRecord record, std::string_view payload);

private:
    /// What every record goes through: no text of a peer's or the engine's leaves as it is.
    void complete(ErrorRecord& record) const;
    void describe(ErrorRecord& record, std::string_view payload);
    std::optional<std::string> judge(const ErrorRecord& record);
    std::optional<std::string> record_error(const ErrorRecord& record);
    void keep(const ErrorRecord& record) LAMINAR_REQUIRES(mutex_);
    void trim() LAMINAR_REQUIRES(mutex_);
    void bury(const ErrorRecord& record, const std::string& payload);
    void offer(const std::string& json, const ErrorRecord& record, InputChannel& channel);

    ConnectionJournal& journal_;
    const DeliveryOptions& options_;
    LogLimit log_limit_;

    mutable Mutex mutex_;
    ErrorBacklog backlog_ LAMINAR_GUARDED_BY(mutex_);
};

}  // namespace laminar
