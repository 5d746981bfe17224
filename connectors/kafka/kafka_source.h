#pragma once

#include <memory>
#include <string>

#include "connectors/connection.h"
#include "connectors/connection_context.h"
#include "connectors/kafka/options.h"

namespace laminar {

/// TO kafka with mode = 'source': the messages of a topic, read on a thread of its own. A full buffer pauses the
/// partitions, while the consumer stays in its group. Of a group the place is committed after the engine has processed
/// what comes before it, also when partitions are taken away: what was not committed comes again (at least once).
/// Secrets are resolved when it opens.
class KafkaSource final : public Connection {
public:
    KafkaSource(std::string name, std::shared_ptr<const KafkaOptions> options, const ConnectionContext& context);
    ~KafkaSource() override;

    void add_input(TableStream stream, std::shared_ptr<InputChannel> channel) override;
    void remove_input(const std::shared_ptr<InputChannel>& channel) override;
    void set_passes_over(bool passes_over) override;
    /// Before it is opened: of a partition that is read from its beginning, the number of the last message that all
    /// readers have had.
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
    std::shared_ptr<Implementation> implementation_;
};

}  // namespace laminar
