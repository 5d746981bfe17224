#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "connectors/connection.h"
#include "runtime/database/kept/written_lengths.h"
#include "runtime/storage/kept/outbox.h"
#include "runtime/storage/kept/state_store.h"

namespace laminar {

/// What a sink of a data directory needs in order to keep what it sends. All outlive the sink.
struct SinkKeeping {
    Engine& engine;
    StateStore& store;
    WrittenLengths& lengths;
    std::string owner;  ///< In the store.
};

/// The messages of one sink on their way through a data directory: made in a cycle, kept by its commit, sent, and
/// forgotten by a later commit, when they have been sent. Those that a process before had not forgotten are sent first.
/// Bounded: is_full says that whoever makes more should wait. Engine thread only.
class SinkOutbox {
public:
    using Clock = std::chrono::steady_clock;
    /// What is kept of messages that cannot be sent; the connection's own queue bounds what is underway.
    static constexpr std::size_t most_messages = 10'000;
    static constexpr std::size_t most_bytes = 64u << 20;
    /// After a start the clients of a server have so long to come back for what was for all of them.
    static constexpr std::chrono::seconds wait_for_clients{30};

    /// Takes up what is there. Throws EngineException.
    SinkOutbox(SinkKeeping keeping, std::string connection);

    /// Messages are added here in a cycle.
    [[nodiscard]] std::deque<FramedMessage>& made() noexcept { return made_; }
    void discard() { made_.clear(); }

    // As SinkWriter has them.
    void look();
    [[nodiscard]] bool has_changes() const noexcept { return !is_broken_ && (!made_.empty() || !done_.empty()); }
    void keep();
    void on_commit();
    void stop_keeping() noexcept { is_broken_ = true; }
    /// What the commit has kept: goes to those that wait with the call of release_batch.
    [[nodiscard]] std::shared_ptr<std::vector<Outbox::Entry>> take_batch();
    void release_batch(std::vector<Outbox::Entry>& batch);

    /// Sends what waits, in order. undeliverable is told of what will never be sent, and why: it is forgotten. False:
    /// not all that waits has been taken, and there is no room for more.
    using Undeliverable = std::function<void(const FramedMessage&, SendOutcome)>;
    [[nodiscard]] bool send(Connection* connection, const Undeliverable& undeliverable);

private:
    struct Underway {
        Outbox::Entry entry;
        std::shared_ptr<SendReceipt> receipt;
        bool is_taken_up = false;
    };
    struct Waiting {
        Outbox::Entry entry;
        bool is_taken_up = false;  ///< A process before has made it.
    };

    void wait_again(Underway& message);
    [[nodiscard]] bool is_full() const noexcept { return waiting_.size() >= most_messages || bytes_ >= most_bytes; }

    SinkKeeping keeping_;
    std::string connection_;
    Outbox outbox_;
    std::deque<FramedMessage> made_;
    std::vector<Outbox::Entry> kept_;  ///< In this transaction.
    std::vector<Outbox::Entry> committed_;
    std::deque<Waiting> waiting_;  ///< By place.
    std::deque<Underway> underway_;
    std::vector<std::int64_t> done_;  ///< To be forgotten.
    std::size_t forgotten_ = 0;       ///< Of them, in this transaction.
    std::size_t bytes_ = 0;           ///< Of those that wait.
    std::int64_t last_place_ = 0;
    Clock::time_point waits_for_clients_until_;
    bool is_broken_ = false;
};

}  // namespace laminar
