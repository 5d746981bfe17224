#include "connectors/stdout/stdout_connection.h"

#include <unistd.h>

#include <cstdio>
#include <string>
#include <utility>

#include "connectors/file_descriptor_writer.h"
#include "connectors/queued_sink.h"

namespace laminar {

namespace {

constexpr std::size_t write_at_bytes = 64u << 10;

class StandardOutputLock {
public:
    StandardOutputLock() noexcept { ::flockfile(stdout); }
    ~StandardOutputLock() { ::funlockfile(stdout); }
    StandardOutputLock(const StandardOutputLock&) = delete;
    StandardOutputLock& operator=(const StandardOutputLock&) = delete;
};

class StandardOutputTarget final : public MessageTarget {
public:
    void open() override {}

    void write(const OutgoingMessage& message) override {
        pending_ += *message.payload;
        if (pending_.empty() || pending_.back() != '\n') pending_ += '\n';
        if (pending_.size() >= write_at_bytes) flush();
    }

    void flush() override {
        if (pending_.empty()) return;
        const StandardOutputLock lock;
        std::fflush(stdout);
        const std::string lines = std::exchange(pending_, {});
        writer_.write(lines);
    }

    void interrupt() noexcept override { writer_.interrupt(); }

    [[nodiscard]] std::vector<ConnectionTestStep> test() const override {
        return {{"write", true, {}, ::isatty(STDOUT_FILENO) == 1 ? "a terminal" : "not a terminal"}};
    }

private:
    FileDescriptorWriter writer_{STDOUT_FILENO};
    std::string pending_;
};

}  // namespace

std::unique_ptr<Connection> make_stdout_connection(const ConnectionObject& definition,
                                                   const ConnectionContext& context) {
    QueuedSink::Settings settings;
    settings.name = definition.name;
    settings.connector = definition.connector->name;
    settings.endpoint = "standard output";
    settings.target = std::make_unique<StandardOutputTarget>();
    return std::make_unique<QueuedSink>(std::move(settings), context);
}

}  // namespace laminar
