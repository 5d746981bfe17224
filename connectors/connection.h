#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/catalog_object.h"
#include "connectors/codec/format/framing_options.h"
#include "connectors/rows/message.h"

namespace laminar {

enum class ConnectionState : std::uint8_t {
    idle,
    connecting,
    connected,
    listening,
    waiting_to_reconnect,
    paused,
    closing,
    closed,
    failed
};
[[nodiscard]] std::string_view connection_state_name(ConnectionState state) noexcept;

/// A moment's view of a connection for system tables and progress lines. Times are UTC microseconds; 0 means never.
struct ConnectionStatus {
    std::string name;
    std::string connector;
    ConnectionState state = ConnectionState::idle;
    std::string endpoint;  ///< Where it reads or writes, without secrets.
    std::int64_t connected_since = 0;
    std::int64_t last_message_at = 0;
    std::uint64_t messages_received = 0;
    std::uint64_t messages_sent = 0;
    std::uint64_t bytes_received = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t messages_dropped = 0;
    /// Sent, and then the connection broke before the peer had shown that it got them.
    std::uint64_t messages_maybe_lost = 0;
    std::uint64_t messages_failed = 0;     ///< Could not be decoded or processed, or were never acknowledged.
    std::uint64_t messages_unmatched = 0;  ///< Were for none of the tables that read (option accept).
    std::uint64_t reconnect_count = 0;
    std::uint64_t pending_messages = 0;  ///< Buffered, not yet taken by the engine.
    std::uint64_t errors = 0;            ///< Entries made in its errors stream.
    std::uint64_t errors_dropped = 0;    ///< Entries that a table of that stream had no room for.
    std::uint64_t dead_letters = 0;
    std::uint64_t messages_in_flight = 0;     ///< Delivered and not acknowledged yet.
    std::uint64_t messages_acknowledged = 0;  ///< Acknowledgements handed to the peer's queue.
    std::uint64_t messages_redelivered = 0;
    bool finished = false;             ///< A finite source that has delivered everything.
    std::string last_error;            ///< Redacted.
    std::string state_reason;          ///< Why it is in this state, redacted; empty when the state says it all.
    std::int64_t next_attempt_at = 0;  ///< While waiting to reconnect.
    std::uint64_t attempts = 0;        ///< To connect again, in a row without a stable connection.
    std::string position;              ///< In the feed, as JSON; empty: none.
    /// What only its connector knows, in the order of ConnectorDescriptor::status_columns. Empty: all NULL, or 0.
    std::vector<FactValue> details;
    std::string note;  ///< What progress lines say beside the state; may be empty.
};

/// An interval in which an established connection was lost. Times are UTC microseconds; 0 means not yet, or never.
struct ConnectionGap {
    std::string connection;
    std::int64_t started_at = 0;       ///< When the loss was noticed; with the name, its identity.
    std::int64_t ended_at = 0;         ///< When it was connected again.
    std::int64_t last_message_at = 0;  ///< Before it: what was sent since then may be missing.
    std::string reason;                ///< Redacted.
    std::uint64_t attempts = 0;        ///< To connect again, so far.
    std::string last_position;         ///< Before it, as JSON; empty: none.
    bool resumed = false;              ///< The peer was told that position.
    std::string next_position;         ///< The first after it; empty: none yet.
    std::uint64_t maybe_lost = 0;      ///< Messages sent before it that the peer has not shown to have got.
    std::string peer;                  ///< Of several peers, the one that is gone; such a gap does not end.
};

class InputChannel;
struct InputsHandover;

/// What a connection leaves to the one that takes its place (ALTER CONNECTION).
struct ConnectionHandover {
    ConnectionStatus status;  ///< Its last one: counters go on from there, and the position.
    bool paused = false;
    std::vector<OutgoingMessage> unsent;
    std::string position_path;         ///< JSON path that the position is of.
    std::optional<ConnectionGap> gap;  ///< That is still open.
    std::int64_t last_session = 0;     ///< The number of the latest session, which none gets again.
    /// What it owes its readers and peers: errors for tables yet to come, messages without acknowledgement.
    std::shared_ptr<InputsHandover> inputs;
    std::vector<OutgoingMessage> repeated;  ///< What is sent again in every session.
};

/// One line of a connection's log.
struct ConnectionLogEntry {
    std::int64_t timestamp = 0;  ///< UTC microseconds.
    std::string connection;
    std::string level;    ///< debug, info, warning, error.
    std::string event;    ///< connecting, connected, disconnected, decode_error, ...
    std::string message;  ///< Redacted.
};

/// A message that could not be used, kept whole. Secrets are removed from all of it, the payload included.
struct DeadLetter {
    std::int64_t timestamp = 0;  ///< Of the failure, UTC microseconds.
    std::string connection_name;
    std::string error_type;  ///< As in the errors stream.
    std::string error_message;
    std::string message_id;  ///< Empty when it is not known.
    std::string peer;
    std::string remote_address;
    std::int64_t received_at = 0;
    std::uint64_t message_size = 0;
    std::uint32_t delivery_count = 1;
    std::string data;  ///< The payload.
};

/// A row that the engine could not process or left out, and the message it came from.
struct FailedRow {
    enum class Kind : std::uint8_t {
        processing,     ///< An error: on_error, max_errors_per_minute and dlq_enabled apply.
        late,           ///< No error, only told of: it came after its window, or
        undeliverable,  ///< its receiver is not there; of the connection it should have been sent on;
        left_out        ///< or only a part of it was left out.
    };

    std::string connection;
    std::string consumer;  ///< The table or pipeline that refused it.
    std::string reason;
    Kind kind = Kind::processing;
    std::string message_id;
    std::string peer;
    std::string remote_address;
    std::int64_t received_at = 0;  ///< 0: it did not come from one message.
    std::uint64_t message_size = 0;
    std::uint32_t delivery_count = 1;
    std::string payload;  ///< Of the message; without one, the row as JSON, or empty.
};

/// What became of a connection's messages in one engine cycle.
struct ProcessingReport {
    std::vector<std::string> acknowledged;  ///< Message ids, one for each evaluation of ACKNOWLEDGE_MESSAGE.
    std::vector<FailedRow> failed;
};

/// Where connections report what happens to them. Thread-safe; must not block.
class ConnectionObserver {
public:
    virtual ~ConnectionObserver() = default;
    virtual void log(ConnectionLogEntry entry) = 0;
    /// A gap has begun or changed: it replaces what was said of it before.
    virtual void gap(const ConnectionGap& gap) = 0;
    virtual void keep(DeadLetter&& letter) { (void)letter; }
    /// State or details changed, room to send appeared, or a send was completed: whoever waits should look again.
    virtual void changed() = 0;
};

/// One step of test_connection, named by the connector: secrets, resolve, connect, open, ...
struct ConnectionTestStep {
    std::string step;
    bool ok = false;
    std::chrono::microseconds elapsed{};
    std::string detail;  ///< Address, TLS version and peer subject, HTTP status, or the error.
};

/// Whether a connection has what it needs in order to open.
struct Readiness {
    std::string problem;  ///< Not redacted; empty: it has.
    /// The port that it cannot have, as somebody else has it; 0: that is not the problem.
    std::uint16_t taken_port = 0;
};
/// Of a connection whose test changes nothing and asks no peer.
[[nodiscard]] Readiness readiness_of(const std::vector<ConnectionTestStep>& steps);

/// Messages that send has accepted, and that are not yet where they are to go.
struct UnsentMessages {
    std::uint64_t waiting = 0;   ///< Never handed to the system.
    std::uint64_t unproven = 0;  ///< Handed to it, and kept because nothing has proven yet that they arrived.

    [[nodiscard]] bool none() const noexcept { return waiting + unproven == 0; }
    UnsentMessages& operator+=(const UnsentMessages& other) noexcept {
        waiting += other.waiting;
        unproven += other.unproven;
        return *this;
    }
};
/// "2 messages were still waiting to be sent; 3 sent messages were not acknowledged with a pong": empty for none.
[[nodiscard]] std::string describe(const UnsentMessages& unsent);

enum class SendOutcome : std::uint8_t {
    accepted,
    full,
    not_connected,
    no_such_peer,
    no_such_session,  ///< It never was.
    session_ended,
    failed
};

/// A live connection. All members are thread-safe and return at once; the work happens on the connection's strand.
/// Owned by the runtime. Destroying it closes it and waits for its tasks to end.
class Connection {
public:
    virtual ~Connection() = default;

    /// Adds a consumer of one of its streams. Every message is offered to every channel of stream messages; decode
    /// errors and connection errors go to those of stream errors as JSON objects with the fields error_type,
    /// error_message, failed_message, timestamp, connection_name, remote_address, ...; those of stream dead letters get
    /// the whole payload, too.
    virtual void add_input(TableStream stream, std::shared_ptr<InputChannel> channel) = 0;
    virtual void remove_input(const std::shared_ptr<InputChannel>& channel) = 0;
    /// Whether messages are passed over while nobody reads them, so that the peer goes on. Otherwise a connection
    /// whose errors alone are read waits for a reader of its messages.
    virtual void set_passes_over(bool) {}

    /// Takes what open needs and what can be had without a peer: secrets, certificates, a server's address. What is
    /// taken is kept until it opens. done is called once, from any thread.
    virtual void make_ready(std::function<void(Readiness)> done) { done({}); }
    /// A server that listens stops doing so, with all that it has of clients, and done is told whether it did; the
    /// other begins again, and done is told why it cannot. For a successor that wants the same port. Called once, from
    /// any thread.
    virtual void give_up_address(std::function<void(bool)> done) { done(false); }
    virtual void take_address_back(std::function<void(std::string)> done) { done({}); }

    /// Starts connecting or listening. Does nothing when open.
    virtual void open() = 0;
    /// Closes gracefully (queued messages are sent), then calls done once, from an I/O thread.
    /// deadline bounds it.
    virtual void close(std::chrono::milliseconds deadline, std::function<void()> done) = 0;
    /// Closes like close, but keeps what has not been sent and hands it on: done is called once, from an I/O thread.
    /// Nothing is sent through it any more; send returns full.
    virtual void hand_over(std::chrono::milliseconds deadline, std::function<void(ConnectionHandover)> done);
    /// The last step of the same: adds what only end_cycle changes after done, the counters among it. From here on
    /// end_cycle is for the successor.
    virtual void hand_over_inputs(ConnectionHandover&) {}
    /// Goes on where another one stopped; before open. Channels that it had are then added as usual. False when this
    /// kind of connection begins anew.
    virtual bool take_over(ConnectionHandover&& handover);
    virtual void pause() = 0;  ///< Stop reading; the peer feels backpressure.
    virtual void resume() = 0;
    /// As pause, but for good, because it is about to be closed: nothing that anybody wants to hear of.
    virtual void stop_reading() { pause(); }

    /// Queues a message. full: queue is at its bound, try again after ConnectionObserver::changed. Some queue while
    /// they connect again.
    virtual SendOutcome send(OutgoingMessage message) = 0;
    [[nodiscard]] virtual UnsentMessages unsent() const = 0;
    /// Tells from time to time what has become of all that send has accepted before this call. For those that wait for
    /// no peer; others have done their part when they have accepted a message.
    enum class Writing : std::uint8_t { going_on, done, failed };
    [[nodiscard]] virtual std::function<Writing()> watch_writing() const {
        return [] { return Writing::done; };
    }
    /// True when everything accepted by send has been written to the socket, and proven where that is wanted.
    [[nodiscard]] bool send_queue_empty() const { return unsent().none(); }

    /// Of one that writes a file which can be cut back (not Parquet). From the next open on, what is written is on disk
    /// before it counts as written, and receipts of messages tell how long the file is with them. recorded: the file
    /// had that length when that was last recorded; what follows is cut off when it is opened, and it has failed when
    /// the file is shorter. Nothing: it is taken as it is. Before open.
    virtual void keep_length(std::optional<std::uint64_t> /*recorded*/) {}
    /// With keep_length: how long the file is with all that counts as written.
    [[nodiscard]] virtual std::optional<std::uint64_t> written_length() const { return std::nullopt; }

    [[nodiscard]] virtual ConnectionStatus status() const = 0;
    /// The port it listens on; 0: none.
    [[nodiscard]] virtual std::uint16_t port() const { return 0; }
    /// What it has to say in a system table that its connector declares: rows without the name of the connection.
    [[nodiscard]] virtual std::vector<std::vector<FactValue>> system_rows(std::string_view /*table*/) const {
        return {};
    }
    /// How rows become the messages that are sent.
    [[nodiscard]] virtual FramingOptions framing() const { return {}; }

    /// The end of an engine cycle: what became of messages. Also without any, at least every 100 ms, since overdue
    /// messages are delivered again from here. Engine thread.
    virtual void end_cycle(const ProcessingReport&) {}

    /// Tries the connection on the side without touching its state; calls done once from an I/O thread.
    virtual void test(std::chrono::milliseconds timeout, std::function<void(std::vector<ConnectionTestStep>)> done) = 0;
    /// No longer sends again what has a repeat_key that begins so.
    virtual void forget_repeated(std::string_view /*key_begin*/) {}
};

}  // namespace laminar
