#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connection.h"
#include "connectors/connection_context.h"
#include "connectors/rows/message.h"

namespace laminar {

/// A message of a source. Views are valid until the next call of a member of the source.
struct SourceMessage {
    SourceMessage(std::string_view text) : payload(text) {}  // NOLINT(google-explicit-constructor)

    std::string_view payload;
    std::shared_ptr<const ColumnRows> rows;  ///< See Message.
    std::size_t row = 0;
    std::optional<MessageError> error;  ///< It is no whole message: nobody decodes it, and this is told of it.
};

/// Where a connection without a network takes its messages from. Used by one thread at a time. Throws
/// std::runtime_error (std::system_error) for resources that fail.
class MessageSource {
public:
    virtual ~MessageSource() = default;
    /// Makes next begin with the first message.
    virtual void open() = 0;
    /// Whether next need not wait for anybody; asked before each. If not, wake is called once, from any thread, when it
    /// is worth asking again; it must not block.
    virtual bool is_ready(const std::function<void()>& wake) {
        (void)wake;
        return true;
    }
    /// The next message; nullopt at the end. May read a file.
    virtual std::optional<SourceMessage> next() = 0;
    /// The fields that each message has, if that is known, and it is once there is a message.
    [[nodiscard]] virtual std::optional<std::vector<std::string>> field_names() const { return std::nullopt; }
    /// The steps of test_connection, without touching the state. Does not throw.
    [[nodiscard]] virtual std::vector<ConnectionTestStep> test() const = 0;
};

/// Delivers the messages of a source to its inputs, at a rate or as fast as they are taken. Message i of a rate is due
/// i / rate after the first: a late timer is made up for, a wait for room or a pause is not. Works in short turns on a
/// strand, so that other connections get theirs. Idle without inputs. The end of the source finishes the inputs. A
/// column that reads a field which no message has is told of once, as an error of the connection; it stays NULL.
class PacedSource final : public Connection {
public:
    struct Settings {
        std::string name;
        std::string connector;
        std::string endpoint;                   ///< What status() shows.
        std::optional<double> rate;             ///< Messages per second, above 0; absent: no limit.
        std::unique_ptr<MessageSource> source;  ///< Never null.
    };

    PacedSource(Settings settings, const ConnectionContext& context);
    ~PacedSource() override;

    void add_input(TableStream stream, std::shared_ptr<InputChannel> channel) override;
    void remove_input(const std::shared_ptr<InputChannel>& channel) override;
    void make_ready(std::function<void(Readiness)> done) override;
    /// Before it is opened: its messages are numbered by their place (Message::sequence), and the position is the
    /// number of those that all readers have had. It passes over them, as fast as it can.
    bool take_over(ConnectionHandover&& handover) override;
    void open() override;
    void close(std::chrono::milliseconds deadline, std::function<void()> done) override;
    void pause() override;
    void resume() override;
    void stop_reading() override;
    SendOutcome send(OutgoingMessage message) override;  ///< failed: nothing can be sent to it.
    [[nodiscard]] UnsentMessages unsent() const override { return {}; }
    void end_cycle(const ProcessingReport& report) override;
    [[nodiscard]] ConnectionStatus status() const override;
    void test(std::chrono::milliseconds timeout, std::function<void(std::vector<ConnectionTestStep>)> done) override;

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace laminar
