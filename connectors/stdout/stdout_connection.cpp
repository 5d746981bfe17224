#include "connectors/stdout/stdout_connection.h"

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <utility>

#include "connectors/local/file_descriptor_writer.h"
#include "connectors/local/queued_sink.h"
#include "connectors/local/record_buffer.h"

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
        pending_.text() += *message.payload;
        if (!message.payload->ends_with('\n')) pending_.text() += '\n';
        pending_.end_record();
        if (pending_.view().size() >= write_at_bytes) flush();
    }

    void flush() override {
        if (pending_.records() == 0) return;
        const StandardOutputLock lock;
        std::fflush(stdout);
        const std::uint64_t before = writer_.written();
        try {
            writer_.write(pending_.view());
        } catch (...) {
            const RecordBuffer::Whole whole = pending_.whole_within(writer_.written() - before);
            rows_out_ += whole.records;
            cut_off_end(STDOUT_FILENO, whole.rest);
            pending_.clear();
            throw;
        }
        rows_out_ += pending_.records();
        pending_.clear();
    }

    [[nodiscard]] std::uint64_t rows_out() const noexcept override { return rows_out_; }

    void interrupt() noexcept override { writer_.interrupt(); }

    [[nodiscard]] std::vector<ConnectionTestStep> test() const override {
        return {{"write", true, {}, ::isatty(STDOUT_FILENO) == 1 ? "a terminal" : "not a terminal"}};
    }

private:
    FileDescriptorWriter writer_{STDOUT_FILENO};
    RecordBuffer pending_;
    std::uint64_t rows_out_ = 0;
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
