#include "connectors/delivery/event_stream.h"

#include <algorithm>
#include <utility>

#include "connectors/codec/values/time_text.h"
#include "connectors/rows/utc_clock.h"
#include "parser/text/json_writer.h"

namespace laminar {
namespace {

std::string iso_time(std::int64_t micros) {
    std::string text;
    append_timestamp(text, micros, TypeId::timestamp, 'T');
    return text + 'Z';
}

}  // namespace

void EventStream::add(const std::shared_ptr<InputChannel>& channel) {
    // The backlog goes first, and no new event in between.
    const MutexLock lock(mutex_);
    auto& channels = backlog_.channels;
    if (std::find(channels.begin(), channels.end(), channel) != channels.end()) return;  // Adopted.
    for (const auto& [time, json] : backlog_.events) offer(time, json, *channel);
    channels.push_back(channel);
}

void EventStream::remove(const std::shared_ptr<InputChannel>& channel) {
    const MutexLock lock(mutex_);
    std::erase(backlog_.channels, channel);
}

void EventStream::finish() {
    const MutexLock lock(mutex_);
    for (const auto& channel : backlog_.channels) channel->finish();
}

bool EventStream::has_readers() const {
    const MutexLock lock(mutex_);
    return !backlog_.channels.empty();
}

EventBacklog EventStream::surrender() {
    const MutexLock lock(mutex_);
    return std::exchange(backlog_, {});
}

void EventStream::adopt(EventBacklog backlog) {
    const MutexLock lock(mutex_);
    backlog_ = std::move(backlog);
    while (backlog_.events.size() > options_.error_buffer_size) backlog_.events.pop_front();
}

void EventStream::record(const ConnectionEvent& event) {
    const std::int64_t time = utc_now();
    JsonWriter json;
    json.begin_object();
    json.key("event").text(event.event);
    json.key("timestamp").text(iso_time(time));
    json.key("connection_name").text(journal_.name());
    json.key("session_id").number(event.session);
    json.key("client_id").text_or_null(event.peer);
    json.key("remote_address").text_or_null(event.remote_address);
    json.key("subprotocol").text_or_null(journal_.shown(event.subprotocol));
    json.key("close_code");
    if (event.close_code == 0)
        json.null();
    else
        json.number(static_cast<std::int64_t>(event.close_code));
    json.key("reason").text_or_null(journal_.shown(event.reason));
    if (event.gap_started_at != 0) {
        json.key("gap_started_at").text(iso_time(event.gap_started_at));
        const std::string position = journal_.redact(event.last_position);
        if (!position.empty()) json.key("last_position").document(position);
        json.key("resumed").boolean(event.resumed);
        json.key("messages_maybe_lost").number(event.maybe_lost);
    }
    json.end_object();
    std::string record = json.take();
    const MutexLock lock(mutex_);
    for (const auto& channel : backlog_.channels) offer(time, record, *channel);
    backlog_.events.emplace_back(time, std::move(record));
    while (backlog_.events.size() > options_.error_buffer_size) backlog_.events.pop_front();
}

void EventStream::offer(std::int64_t time, const std::string& json, InputChannel& channel) {
    if (channel.is_full()) {
        journal_.errors_dropped.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    const auto origin = std::make_shared<MessageOrigin>();
    origin->connection_name = journal_.name();
    Message message;
    message.payload = json;
    message.received_at = time;
    message.wire_size = json.size();
    message.origin = origin;
    (void)channel.offer(message);  // A column that takes no event is told when it is declared, or is NULL.
    channel.flush();
}

}  // namespace laminar
