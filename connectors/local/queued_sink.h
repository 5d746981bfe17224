#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "connectors/connection.h"
#include "connectors/connection_context.h"

namespace laminar {

/// Where a connection without a network puts its messages. Used by the sink's own thread, except interrupt and test.
/// Throws std::runtime_error (std::system_error) for resources that fail.
class MessageTarget {
public:
    virtual ~MessageTarget() = default;
    virtual void open() = 0;
    virtual void write(const OutgoingMessage& message) = 0;
    /// Everything written so far becomes visible to others, where that can be before close.
    virtual void flush() = 0;
    /// Nothing more will be written.
    virtual void close() {}
    /// Rows (OutgoingMessage::count) that are out for certain, since open: what write and flush got done before they
    /// failed. A target that does not know claims none.
    [[nodiscard]] virtual std::uint64_t rows_out() const noexcept { return 0; }
    /// What it writes to can be cut back to a length that it had. Then, before open: how long it is, also while it is
    /// not there; that it is to be cut back to that; and that each flush is to be on disk when it returns.
    [[nodiscard]] virtual std::optional<std::uint64_t> length() const { return std::nullopt; }
    virtual void cut_back_to(std::uint64_t /*length*/) {}
    virtual void be_durable() {}
    /// When it fails, what was written before is lost as well.
    [[nodiscard]] virtual bool is_all_or_nothing() const noexcept { return false; }
    /// Makes a write or flush that waits for somebody give up, by throwing, now and from now on. Any thread.
    virtual void interrupt() noexcept {}
    /// The steps of test_connection, without touching the state. Does not throw. Any thread.
    [[nodiscard]] virtual std::vector<ConnectionTestStep> test() const = 0;
};

/// Writes messages to a target on a thread of its own, since a pipe or a disk may make it wait; the queue in between is
/// bounded. A target that fails fails the connection; what did not get out then counts as dropped.
class QueuedSink final : public Connection {
public:
    struct Settings {
        std::string name;
        std::string connector;
        std::string endpoint;                   ///< What status() shows.
        std::unique_ptr<MessageTarget> target;  ///< Never null.
        std::size_t max_messages = 10'000;      ///< In the queue; the one at the bound is still taken.
        std::size_t max_bytes = 64u << 20;
        FramingOptions framing;  ///< How rows become the messages of the target.
    };

    QueuedSink(Settings settings, const ConnectionContext& context);
    ~QueuedSink() override;

    void add_input(TableStream stream, std::shared_ptr<InputChannel> channel) override;  ///< Gets nothing: finished.
    void remove_input(const std::shared_ptr<InputChannel>& channel) override;
    void make_ready(std::function<void(Readiness)> done) override;
    void open() override;
    void close(std::chrono::milliseconds deadline, std::function<void()> done) override;
    void pause() override {}
    void resume() override {}
    SendOutcome send(OutgoingMessage message) override;
    [[nodiscard]] UnsentMessages unsent() const override;
    [[nodiscard]] std::function<Writing()> watch_writing() const override;
    void keep_length(std::optional<std::uint64_t> recorded) override;
    [[nodiscard]] std::optional<std::uint64_t> written_length() const override;
    [[nodiscard]] ConnectionStatus status() const override;
    [[nodiscard]] FramingOptions framing() const override;
    void test(std::chrono::milliseconds timeout, std::function<void(std::vector<ConnectionTestStep>)> done) override;

private:
    class Implementation;
    std::shared_ptr<Implementation> implementation_;  ///< Shared with the handlers on the I/O threads.
};

}  // namespace laminar
