#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/threads/mutex.h"
#include "connectors/delivery/connection_journal.h"
#include "connectors/delivery/input_channel.h"
#include "connectors/delivery_options.h"

namespace laminar {

/// Something that has happened to a connection, as tables of the stream events have it.
struct ConnectionEvent {
    std::string_view event;  ///< connected, subscribed, disconnected, gap.
    std::int64_t session = 0;
    std::string peer;  ///< Of a server: which client.
    std::string remote_address;
    std::string subprotocol;       ///< Agreed on; empty: none.
    std::uint16_t close_code = 0;  ///< Of the peer's close frame; 0: there was none.
    std::string reason;            ///< Of what is over, in words.
    // Of a gap, which is told when it is over:
    std::int64_t gap_started_at = 0;  ///< UTC microseconds; 0: this is no gap.
    std::string last_position;        ///< Before it, as JSON; empty: none.
    bool resumed = false;             ///< The peer was told that position.
    std::uint64_t maybe_lost = 0;     ///< Messages sent before it that the peer has not shown to have got.
};

/// What an EventStream leaves to another.
struct EventBacklog {
    std::vector<std::shared_ptr<InputChannel>> channels;      ///< They have got all of events.
    std::deque<std::pair<std::int64_t, std::string>> events;  ///< When, and the record; at most error_buffer_size.
};

/// The events of one connection: hands them to the tables that read them, and keeps the latest for tables yet to come.
/// Never holds anybody up: a table that lags loses them. Thread-safe. Borrows the journal and the options.
class EventStream {
public:
    EventStream(ConnectionJournal& journal, const DeliveryOptions& options) : journal_(journal), options_(options) {}

    void add(const std::shared_ptr<InputChannel>& channel);
    void remove(const std::shared_ptr<InputChannel>& channel);
    void finish();
    [[nodiscard]] bool has_readers() const;

    [[nodiscard]] EventBacklog surrender();
    void adopt(EventBacklog backlog);

    /// What a peer has said is redacted here.
    void record(const ConnectionEvent& event);

private:
    void offer(std::int64_t time, const std::string& json, InputChannel& channel);

    ConnectionJournal& journal_;
    const DeliveryOptions& options_;
    mutable Mutex mutex_;
    EventBacklog backlog_ LAMINAR_GUARDED_BY(mutex_);
};

}  // namespace laminar
