#include "cli/infer/sample/connection_sample.h"

#include <fmt/format.h>

#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "cli/scripts/duration.h"
#include "connectors/delivery/input_channel.h"
#include "connectors/net/io_runtime.h"
#include "connectors/registry/connections.h"

namespace laminar {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_every{10};
constexpr std::chrono::milliseconds time_to_close{2'000};

/// Keeps messages as they come; rows there are none. That its channel is full ends the sample. Used under the lock of
/// the channel, which is removed before messages are read here.
class KeepingDecoder final : public MessageDecoder {
public:
    explicit KeepingDecoder(std::shared_ptr<std::vector<SampledMessage>> messages) : messages_(std::move(messages)) {}

    std::optional<MessageError> decode(const Message& message, ColumnBatch& batch) override {
        messages_->push_back({std::string(message.payload), message.binary, message.received_at});
        ++batch.messages;
        batch.bytes += message.payload.size();
        return std::nullopt;
    }

private:
    const std::shared_ptr<std::vector<SampledMessage>> messages_;
};

class SilentObserver final : public ConnectionObserver {
public:
    void log(ConnectionLogEntry) override {}
    void gap(const ConnectionGap&) override {}
    void changed() override {}
};

std::string reason_of(const ConnectionStatus& status) {
    return status.state_reason.empty() ? status.last_error : status.state_reason;
}

/// One connection, from opening to closing.
class ConnectionSample {
public:
    ConnectionSample(const ConnectionObject& definition, const SecretResolver& secrets, const SampleLimits& limits,
                     const WaitForStop& wait_for_stop)
        : limits_(limits),
          wait_for_stop_(wait_for_stop),
          connection_(make_connection(definition, {io_, secrets, observer_})),
          channel_(std::make_shared<InputChannel>(
              std::make_shared<const BatchSchema>(), std::make_unique<KeepingDecoder>(messages_),
              InputChannel::Limits{.messages = limits.messages, .bytes = limits.bytes})) {}

    SampledMessages take() {
        SampledMessages sample;
        connection_->add_input(TableStream::messages, channel_);
        connection_->open();
        wait_for_the_end(sample);
        close();
        sample.messages = std::move(*messages_);
        if (sample.failure.empty() && sample.messages.empty()) sample.failure = failure_without_messages(sample);
        if (!sample.messages.empty()) sample.failure.clear();
        return sample;
    }

private:
    void wait_for_the_end(SampledMessages& sample) {
        std::optional<Clock::time_point> connected_at;
        while (!wait_for_stop_(look_every)) {
            const ConnectionStatus status = connection_->status();
            if (!connected_at && status.state == ConnectionState::connected) connected_at = Clock::now();
            if (connected_at) sample.duration = since(*connected_at);
            if (status.state == ConnectionState::failed || status.state == ConnectionState::closed) {
                sample.ending = reason_of(status);
                if (!connected_at && status.messages_received == 0)
                    sample.failure = fmt::format("no connection: {}", sample.ending);
                return;
            }
            if (channel_->is_full() || (connected_at && sample.duration >= limits_.duration)) return;
        }
        sample.ending = "interrupted";
    }

    static std::chrono::milliseconds since(Clock::time_point begin) {
        return std::chrono::ceil<std::chrono::milliseconds>(Clock::now() - begin);
    }

    [[nodiscard]] static std::string failure_without_messages(const SampledMessages& sample) {
        if (sample.ending.empty())
            return fmt::format(
                "the peer has sent nothing in {}; perhaps it waits for a message (--subscribe), or sends less often "
                "(--for)",
                format_duration(sample.duration));
        return fmt::format("the peer has sent nothing: {}", sample.ending);
    }

    void close() {
        connection_->remove_input(channel_);
        const auto closed = std::make_shared<std::promise<void>>();
        std::future<void> is_closed = closed->get_future();
        connection_->close(time_to_close, [closed] { closed->set_value(); });
        is_closed.wait();
    }

    const SampleLimits& limits_;
    const WaitForStop& wait_for_stop_;
    SilentObserver observer_;
    IoRuntime io_;
    const std::shared_ptr<std::vector<SampledMessage>> messages_ = std::make_shared<std::vector<SampledMessage>>();
    const std::unique_ptr<Connection> connection_;
    const std::shared_ptr<InputChannel> channel_;
};

}  // namespace

SampledMessages sample_connection(const ConnectionObject& definition, const SecretResolver& secrets,
                                  const SampleLimits& limits, const WaitForStop& wait_for_stop) {
    return ConnectionSample(definition, secrets, limits, wait_for_stop).take();
}

}  // namespace laminar
