#include "runtime/flow/sinks/stream_sink.h"

#include <utility>

#include "runtime/flow/rows/changelog.h"

namespace laminar {

namespace {

class StreamSink final : public SinkWriter {
public:
    StreamSink(std::shared_ptr<StreamQueue> queue, std::string stream)
        : queue_(std::move(queue)), stream_(std::move(stream)) {}
    std::vector<RefusedRow> write(const ResultTable& rows, unsigned) override {
        queue_->put(stream_, rows);
        return {};
    }
    void expect_changes(const std::vector<std::string>& keys) override { keys_ = keys; }
    std::vector<RefusedRow> write_changes(const ResultTable& removed, const ResultTable& added, unsigned) override {
        queue_->put(stream_, make_changelog(removed, added, keys_, ChangelogForm::marks, 0));
        return {};
    }
    bool flush() override { return queue_->has_room(); }

private:
    std::shared_ptr<StreamQueue> queue_;
    std::string stream_;
    std::vector<std::string> keys_;
};

}  // namespace

std::unique_ptr<SinkWriter> make_stream_sink(std::shared_ptr<StreamQueue> queue, std::string stream) {
    return std::make_unique<StreamSink>(std::move(queue), std::move(stream));
}

}  // namespace laminar
