#include "connectors/websocket/input_fanout.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "connectors/codec/utf8.h"

namespace laminar {

namespace {
constexpr std::size_t failed_message_limit = 4096;
constexpr std::uint64_t decode_errors_logged_per_minute = 20;
}  // namespace

/// The sleeping readers. Shared with the callbacks that channels hold, which may outlive the connection.
struct InputFanout::Waiters {
    std::mutex mutex;
    std::vector<StrandEvent> events;
    bool closed = false;

    void wake_all() {
        // Posted under the lock: after close() nothing reaches an executor that may be gone.
        const std::lock_guard lock(mutex);
        for (const StrandEvent& event : events) event.post();
        events.clear();
    }

    void close() {
        const std::lock_guard lock(mutex);
        closed = true;
        events.clear();
    }
};

InputFanout::InputFanout(ConnectionJournal& journal, const WebSocketOptions& options)
    : journal_(journal),
      options_(options),
      waiters_(std::make_shared<Waiters>()),
      channels_(std::make_shared<const Channels>()) {}

InputFanout::~InputFanout() { waiters_->close(); }

std::shared_ptr<const InputFanout::Channels> InputFanout::channels() const {
    const std::lock_guard lock(mutex_);
    return channels_;
}

void InputFanout::add(TableStream stream, std::shared_ptr<InputChannel> channel) {
    std::deque<ErrorRecord> backlog;
    {
        const std::lock_guard lock(mutex_);
        auto changed = std::make_shared<Channels>(*channels_);
        switch (stream) {
            case TableStream::messages:
                changed->messages.push_back(channel);
                break;
            case TableStream::errors:
                changed->errors.push_back(channel);
                break;
            case TableStream::dead_letters:
                changed->dead_letters.push_back(channel);
                break;
        }
        channels_ = std::move(changed);
        if (stream == TableStream::errors) backlog = errors_;
    }
    for (const ErrorRecord& record : backlog) offer_record(to_json(record), record, *channel);
    channel->flush();
}

void InputFanout::remove(const std::shared_ptr<InputChannel>& channel) {
    {
        const std::lock_guard lock(mutex_);
        auto changed = std::make_shared<Channels>(*channels_);
        std::erase(changed->messages, channel);
        std::erase(changed->errors, channel);
        std::erase(changed->dead_letters, channel);
        channels_ = std::move(changed);
    }
    // It may have been the full one that readers wait for.
    waiters_->wake_all();
}

bool InputFanout::must_wait() const {
    if (paused_.load()) return true;
    if (options_.overflow != OverflowPolicy::block) return false;
    const auto current = channels();
    return std::any_of(current->messages.begin(), current->messages.end(),
                       [](const auto& channel) { return channel->is_full(); });
}

void InputFanout::wake_when_ready(const StrandEvent& event) {
    {
        const std::lock_guard lock(waiters_->mutex);
        if (waiters_->closed) return;
        waiters_->events.push_back(event);
    }
    const auto wake = [weak = std::weak_ptr<Waiters>(waiters_)] {
        if (const std::shared_ptr<Waiters> waiters = weak.lock()) waiters->wake_all();
    };
    if (paused_.load()) return;
    // Registered before looking: a change in between wakes once too often, never too rarely.
    const auto current = channels();
    bool full = false;
    for (const auto& channel : current->messages) {
        if (!channel->is_full()) continue;
        full = true;
        channel->notify_on_space(wake);
    }
    if (!full) wake();
}

void InputFanout::set_paused(bool paused) {
    paused_.store(paused);
    if (!paused) waiters_->wake_all();
}

std::optional<std::string> InputFanout::deliver(const Message& message) {
    const auto current = channels();
    std::optional<MessageError> error;
    for (const auto& channel : current->messages) {
        if (options_.overflow != OverflowPolicy::block && channel->is_full()) {
            if (options_.overflow == OverflowPolicy::drop_newest) {
                journal_.messages_dropped.fetch_add(1, std::memory_order_relaxed);
                continue;
            }
            journal_.messages_dropped.fetch_add(channel->drop_oldest(), std::memory_order_relaxed);
        }
        std::optional<MessageError> reason = channel->offer(message);
        if (reason && !error) error = std::move(reason);
    }
    return error ? refuse(message, std::move(*error)) : std::nullopt;
}

std::optional<std::string> InputFanout::refuse(const Message& message, MessageError error) {
    const auto current = channels();
    journal_.messages_failed.fetch_add(1, std::memory_order_relaxed);
    log_decode_error(error, message);
    ErrorRecord record;
    record.error_type = error.type;
    record.error_message = journal_.redact(error.message);
    record.failed_message = printable_payload(message.payload, failed_message_limit);
    record.timestamp = message.received_at;
    record.connection_name = journal_.name();
    if (message.origin) {
        record.client_id = message.origin->client_id;
        record.remote_address = message.origin->remote_address;
    }
    if (options_.dlq_enabled && !current->dead_letters.empty()) {
        ErrorRecord whole = record;
        whole.failed_message = printable_payload(message.payload, message.payload.size());
        const std::string json = to_json(whole);
        for (const auto& channel : current->dead_letters) offer_record(json, whole, *channel);
    }
    const std::string description = record.error_type + ": " + record.error_message;
    std::optional<std::string> verdict = record_error(std::move(record));
    if (options_.on_error == ErrorPolicy::fail) verdict = "on_error = 'fail': " + description;
    return verdict;
}

std::optional<std::string> InputFanout::report_connection_error(const std::string& description,
                                                                const MessageOrigin& origin) {
    ErrorRecord record;
    record.error_type = "connection";
    record.error_message = journal_.redact(description);
    record.timestamp = utc_now();
    record.connection_name = journal_.name();
    record.client_id = origin.client_id;
    record.remote_address = origin.remote_address;
    return record_error(std::move(record));
}

std::optional<std::string> InputFanout::record_error(ErrorRecord record) {
    std::shared_ptr<const Channels> current;
    std::optional<std::string> verdict;
    {
        const std::lock_guard lock(mutex_);
        current = channels_;
        if (options_.error_buffer_size > 0) {
            errors_.push_back(record);
            while (errors_.size() > options_.error_buffer_size) errors_.pop_front();
        }
        if (options_.max_errors_per_minute) {
            const auto now = std::chrono::steady_clock::now();
            recent_errors_.push_back(now);
            while (recent_errors_.front() + std::chrono::minutes(1) < now) recent_errors_.pop_front();
            if (recent_errors_.size() > *options_.max_errors_per_minute) {
                verdict = fmt::format("more than {} errors in a minute (max_errors_per_minute), the last: {}: {}",
                                      *options_.max_errors_per_minute, record.error_type, record.error_message);
            }
        }
    }
    if (current->errors.empty()) return verdict;
    const std::string json = to_json(record);
    for (const auto& channel : current->errors) offer_record(json, record, *channel);
    return verdict;
}

void InputFanout::offer_record(const std::string& json, const ErrorRecord& record, InputChannel& channel) {
    // Errors never hold up messages: a consumer that lags loses them. They stay in the buffer for the next.
    if (channel.is_full()) return;
    MessageOrigin origin;
    origin.connection_name = record.connection_name;
    origin.client_id = record.client_id;
    origin.remote_address = record.remote_address;
    Message message;
    message.payload = json;
    message.received_at = record.timestamp;
    message.wire_size = json.size();
    message.sequence = error_sequence_.fetch_add(1) + 1;
    message.origin = &origin;
    (void)channel.offer(message);  // An error about an error would never end.
    channel.flush();
}

void InputFanout::log_decode_error(const MessageError& error, const Message& message) {
    bool last = false;
    {
        const std::lock_guard lock(mutex_);
        const auto now = std::chrono::steady_clock::now();
        if (now - log_window_start_ > std::chrono::minutes(1)) {
            log_window_start_ = now;
            logged_in_window_ = 0;
        }
        if (logged_in_window_ > decode_errors_logged_per_minute) return;
        last = ++logged_in_window_ > decode_errors_logged_per_minute;
    }
    if (last) {
        journal_.log("warning", "decode_error", "further decode errors are counted but not logged for a minute");
        return;
    }
    journal_.log("warning", "decode_error",
                 fmt::format("{}: {}; message: {}", error.type, error.message, quote_excerpt(message.payload, 120)));
}

void InputFanout::flush() {
    const auto current = channels();
    for (const auto& channel : current->messages) channel->flush();
}

void InputFanout::finish() {
    const auto current = channels();
    for (const auto& channel : current->messages) channel->finish();
    for (const auto& channel : current->errors) channel->finish();
    for (const auto& channel : current->dead_letters) channel->finish();
}

std::size_t InputFanout::pending_messages() const {
    const auto current = channels();
    std::size_t most = 0;
    for (const auto& channel : current->messages) most = std::max(most, channel->pending_messages());
    return most;
}

}  // namespace laminar
