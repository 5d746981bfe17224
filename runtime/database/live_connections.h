#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/catalog_object.h"
#include "catalog/options/secret_resolver.h"
#include "catalog/threads/mutex.h"
#include "connectors/connection.h"
#include "connectors/file/column_files.h"
#include "connectors/net/io_runtime.h"
#include "connectors/registry/connections.h"
#include "runtime/database/connection_log.h"
#include "runtime/database/kept/dead_letters.h"
#include "runtime/database/kept/gap_log.h"
#include "runtime/database/kept/resume_positions.h"
#include "runtime/engine/engine.h"

namespace laminar {

/// Of a connection that has failed: its name, and why.
[[nodiscard]] std::string describe_failure(const ConnectionStatus& failed);

/// The live counterparts of the declared connections. A connection exists here from its first consumer (an input or a
/// sink) to its last. Thread-safe.
class LiveConnections {
public:
    /// on_change is called, from any thread, when a state changed or room to send appeared; it must not block.
    LiveConnections(unsigned io_threads, const SecretResolver::Sources& secrets, ConnectionMaker make_connection,
                    std::function<void()> on_change);
    ~LiveConnections();

    /// Makes the connection if it is not live yet, and counts the consumer among its users.
    std::shared_ptr<Connection> use(const ConnectionObject& definition, const std::string& consumer);
    /// Feeds a stream of the connection into the consumer's channel.
    void attach(std::string_view connection, const std::string& consumer, TableStream stream,
                const std::shared_ptr<InputChannel>& channel);
    /// The consumer only sends: messages that nobody reads are passed over, even where somebody reads the errors.
    void only_send(std::string_view connection, const std::string& consumer);
    /// Removes a consumer and its channels; the last one closes the connection (and waits for it).
    void stop_using(std::string_view connection, const std::string& consumer);
    /// A consumer goes by another name from now on.
    void rename_consumer(std::string_view connection, const std::string& from, const std::string& to);
    /// Puts a new definition in the place of the live one, if there is one; channels and what is buffered in them stay,
    /// and the new connection sends what the old one could not. Returns why that is not possible, redacted, and leaves
    /// the old one alone, when the new one cannot open; throws, and does the same, when there can be none. A server
    /// that holds the port which its successor wants is without it while that tries to have it.
    [[nodiscard]] std::string replace(const ConnectionObject& definition);
    /// Opens anew those whose secrets have other values now than when they were made, and returns their names. One that
    /// cannot be opened with them stays as it is, which its log tells.
    std::vector<std::string> reload_secrets();

    [[nodiscard]] std::shared_ptr<Connection> find(std::string_view name) const;
    /// Connections in use.
    [[nodiscard]] std::size_t size() const;

    /// A connection of the same definition that is in no set, to test with.
    [[nodiscard]] std::unique_ptr<Connection> make_detached(const ConnectionObject& definition);

    [[nodiscard]] std::vector<ConnectionStatus> statuses() const;
    /// What connections that are gone have done: their counters, added up.
    [[nodiscard]] ConnectionStatus past_totals() const;
    /// Why the first of them that failed at its end did so, with its name: what it still had to write is lost, and
    /// nobody else tells it any more. Empty when none did.
    [[nodiscard]] std::string failure_at_end() const;
    [[nodiscard]] const ConnectionLog& log() const noexcept;
    [[nodiscard]] const GapLog& gaps() const noexcept;
    /// For who keeps them.
    [[nodiscard]] GapLog& gap_log() noexcept;
    [[nodiscard]] DeadLetters& dead_letter_log() noexcept;
    [[nodiscard]] const SecretResolver& secrets() const noexcept { return secrets_; }

    /// The end of an engine cycle (see Connection::end_cycle); failures are by connection (folded). Engine thread.
    /// Throws what a connection throws, after all have been told.
    void end_cycle(const std::vector<Acknowledgement>& acknowledged,
                   std::map<std::string, std::vector<FailedRow>> failures);
    [[nodiscard]] std::vector<DeadLetter> dead_letters() const;

    /// Of those that write a file which can be cut back (Connection::written_length), by folded name.
    [[nodiscard]] std::map<std::string, std::uint64_t, std::less<>> written_lengths() const;

    /// Where those with a resume_field are that have a position, by folded name.
    [[nodiscard]] std::map<std::string, FeedMoment, std::less<>> feed_moments() const;

    /// Stops reading everywhere: what has arrived can be worked off.
    void pause_reading();
    [[nodiscard]] UnsentMessages unsent() const;
    /// How long the oldest message that waits for the engine has waited; zero when none does.
    [[nodiscard]] std::chrono::milliseconds longest_wait() const;
    /// No connection that feeds somebody will ever deliver again: each has ended or failed for good.
    [[nodiscard]] bool sources_ended() const;
    /// Closes all, together, each within deadline. True when all closed in time.
    bool close_all(std::chrono::milliseconds deadline);

private:
    class Observer;

    struct Attachment {
        std::string consumer;
        TableStream stream;
        std::shared_ptr<InputChannel> channel;
    };
    struct Entry {
        std::shared_ptr<Connection> connection;
        ConnectionObject definition;
        std::string resume_path;  ///< resume_path of the definition.
        std::string secrets;      ///< secret_values when the connection was made.
        std::set<std::string> consumers;
        std::set<std::string> senders;  ///< Of them, those that only send.
        std::vector<Attachment> attachments;
    };

    static std::string make_ready(Connection& successor, Connection& old);
    void make(Entry& entry, const ConnectionObject& definition) LAMINAR_REQUIRES(mutex_);
    /// The connection has ended; it was in state before.
    void remember_end(ConnectionState before, const ConnectionStatus& status) LAMINAR_REQUIRES(mutex_);
    static bool close(const std::vector<std::shared_ptr<Connection>>& connections, std::chrono::milliseconds deadline,
                      std::chrono::milliseconds grace);

    SecretResolver secrets_;
    ConnectionMaker make_connection_;
    std::unique_ptr<Observer> observer_;
    std::unique_ptr<ColumnFiles> column_files_;
    std::unique_ptr<IoRuntime> io_;
    Mutex cycle_end_mutex_;  ///< Held while connections are told of the end of a cycle; before mutex_.
    mutable Mutex mutex_;
    std::map<std::string, Entry, std::less<>> entries_ LAMINAR_GUARDED_BY(mutex_);  ///< By folded name.
    ConnectionStatus past_totals_ LAMINAR_GUARDED_BY(mutex_);
    std::string failure_at_end_ LAMINAR_GUARDED_BY(mutex_);
};

}  // namespace laminar
