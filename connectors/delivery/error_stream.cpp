#include "connectors/delivery/error_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "catalog/threads/mutex.h"
#include "connectors/delivery/input_channel.h"
#include "parser/text/utf8.h"

namespace laminar {

namespace {
constexpr std::size_t failed_message_limit = 4096;
}  // namespace

void ErrorStream::add(TableStream stream, const std::shared_ptr<InputChannel>& channel) {
    // The backlog goes first, and no new error in between.
    const MutexLock lock(mutex_);
    auto& channels = stream == TableStream::errors ? backlog_.error_channels : backlog_.dead_letter_channels;
    if (std::find(channels.begin(), channels.end(), channel) != channels.end()) return;  // Adopted.
    if (stream == TableStream::errors) {
        for (const ErrorRecord& record : backlog_.errors) offer(to_json(record), record, *channel);
    } else {
        for (const DeadRecord& dead : backlog_.dead_letters) offer(dead.json, dead.record, *channel);
    }
    channels.push_back(channel);
}

ErrorBacklog ErrorStream::surrender() {
    const MutexLock lock(mutex_);
    return std::exchange(backlog_, {});
}

void ErrorStream::adopt(ErrorBacklog backlog) {
    const MutexLock lock(mutex_);
    backlog_ = std::move(backlog);
    trim();
}

void ErrorStream::trim() {
    while (backlog_.errors.size() > options_.error_buffer_size) backlog_.errors.pop_front();
    while (backlog_.dead_letters.size() > options_.error_buffer_size ||
           (backlog_.dead_letter_bytes > options_.buffer_bytes && backlog_.dead_letters.size() > 1)) {
        backlog_.dead_letter_bytes -= backlog_.dead_letters.front().json.size();
        backlog_.dead_letters.pop_front();
    }
}

void ErrorStream::remove(const std::shared_ptr<InputChannel>& channel) {
    const MutexLock lock(mutex_);
    std::erase(backlog_.error_channels, channel);
    std::erase(backlog_.dead_letter_channels, channel);
}

void ErrorStream::finish() {
    const MutexLock lock(mutex_);
    for (const auto& channel : backlog_.error_channels) channel->finish();
    for (const auto& channel : backlog_.dead_letter_channels) channel->finish();
}

bool ErrorStream::has_readers() const {
    const MutexLock lock(mutex_);
    return !backlog_.error_channels.empty() || !backlog_.dead_letter_channels.empty();
}

void ErrorStream::complete(ErrorRecord& record) const {
    record.error_message = journal_.shown(record.error_message);
    // The id is a field of the payload.
    record.message_id = journal_.redact(record.message_id);
    record.peer = journal_.redact(record.peer);
    record.timestamp = utc_now();
    record.connection_name = journal_.name();
}

std::optional<std::string> ErrorStream::record_connection_error(ErrorRecord record) {
    record.error_type = "connection";
    complete(record);
    return record_error(record);
}

std::optional<std::string> ErrorStream::record_message(ErrorRecord record, std::string_view payload,
                                                       std::optional<std::string_view> part) {
    journal_.messages_failed.fetch_add(1, std::memory_order_relaxed);
    describe(record, part.value_or(payload));
    if (options_.dlq_enabled) bury(record, journal_.redact(payload));
    return judge(record);
}

std::optional<std::string> ErrorStream::record_further_part(ErrorRecord record, std::string_view part) {
    describe(record, part);
    return judge(record);
}

/// Adds what the record does not say yet of a message or of a part of one, and logs it.
void ErrorStream::describe(ErrorRecord& record, std::string_view payload) {
    // A peer may send back what it was told: credentials included. Cut only afterwards, or half of one may stay.
    const std::string shown = journal_.redact(payload);
    complete(record);
    record.failed_message = printable_payload(shown, failed_message_limit);
    journal_.log_limited(
        log_limit_, "messages that fail", "warning",
        record.error_type == "processing" ? "processing_error" : "decode_error",
        fmt::format("{}: {}; message: {}", record.error_type, record.error_message, quote_excerpt(shown, 120)));
}

std::optional<std::string> ErrorStream::judge(const ErrorRecord& record) {
    std::optional<std::string> verdict = record_error(record);
    if (options_.on_error == ErrorPolicy::fail)
        verdict = fmt::format("on_error = 'fail': {}: {}", record.error_type, record.error_message);
    return verdict;
}

void ErrorStream::record_left_out(ErrorRecord record, std::string_view payload) {
    complete(record);
    record.failed_message = printable_payload(journal_.redact(payload), failed_message_limit);
    const MutexLock lock(mutex_);
    keep(record);
}

void ErrorStream::bury(const ErrorRecord& record, const std::string& payload) {
    ErrorRecord whole = record;
    whole.failed_message = printable_payload(payload, payload.size());
    std::string json = to_json(whole, payload);
    journal_.dead_letters.fetch_add(1, std::memory_order_relaxed);
    {
        const MutexLock lock(mutex_);
        for (const auto& channel : backlog_.dead_letter_channels) offer(json, record, *channel);
        backlog_.dead_letter_bytes += json.size();
        backlog_.dead_letters.push_back({record, std::move(json)});
        trim();
    }
    DeadLetter letter;
    letter.timestamp = record.timestamp;
    letter.connection_name = record.connection_name;
    letter.error_type = record.error_type;
    letter.error_message = record.error_message;
    letter.message_id = record.message_id;
    letter.peer = record.peer;
    letter.remote_address = record.remote_address;
    letter.received_at = record.received_at;
    letter.message_size = record.message_size;
    letter.delivery_count = record.delivery_count;
    letter.data = payload;
    journal_.keep(std::move(letter));
}

void ErrorStream::keep(const ErrorRecord& record) {
    journal_.errors.fetch_add(1, std::memory_order_relaxed);
    backlog_.errors.push_back(record);
    trim();
    if (backlog_.error_channels.empty()) return;
    const std::string json = to_json(record);
    for (const auto& channel : backlog_.error_channels) offer(json, record, *channel);
}

std::optional<std::string> ErrorStream::record_error(const ErrorRecord& record) {
    std::optional<std::string> verdict;
    const MutexLock lock(mutex_);
    keep(record);
    if (!options_.max_errors_per_minute) return verdict;
    const auto now = std::chrono::steady_clock::now();
    backlog_.recent_errors.push_back(now);
    while (backlog_.recent_errors.front() + std::chrono::minutes(1) < now) backlog_.recent_errors.pop_front();
    if (backlog_.recent_errors.size() > *options_.max_errors_per_minute) {
        verdict = fmt::format("more than {} errors in a minute (max_errors_per_minute), the last: {}: {}",
                              *options_.max_errors_per_minute, record.error_type, record.error_message);
    }
    return verdict;
}

void ErrorStream::offer(const std::string& json, const ErrorRecord& record, InputChannel& channel) {
    // Errors never hold up messages: a table that lags loses them. The latest stay in the buffer for the next.
    if (channel.is_full()) {
        journal_.errors_dropped.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    const auto origin = std::make_shared<MessageOrigin>();
    origin->connection_name = record.connection_name;
    origin->peer = record.peer;
    origin->remote_address = record.remote_address;
    Message message;
    message.payload = json;
    message.received_at = record.timestamp;
    message.wire_size = json.size();
    // No sequence: a record has no id of its own, only its message's.
    message.origin = origin;
    (void)channel.offer(message);  // An error about an error would never end.
    channel.flush();
}

}  // namespace laminar
