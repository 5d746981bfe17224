#include "runtime/flow/sinks/stream_sink.h"

#include <exception>
#include <utility>
#include <vector>

#include "runtime/flow/rows/changelog.h"

namespace laminar {

namespace {

class StreamSink final : public SinkWriter {
public:
    StreamSink(std::shared_ptr<StreamQueue> queue, std::string stream, bool holds_back)
        : queue_(std::move(queue)), stream_(std::move(stream)), holds_back_(holds_back) {}
    std::vector<RefusedRow> write(const ResultTable& rows, unsigned) override {
        put(rows);
        return {};
    }
    void expect_changes(const std::vector<std::string>& keys) override { keys_ = keys; }
    std::vector<RefusedRow> write_changes(const ResultTable& removed, const ResultTable& added, unsigned) override {
        put(make_changelog(removed, added, keys_, ChangelogForm::marks, 0));
        return {};
    }
    bool flush() override {
        if (problem_) std::rethrow_exception(std::exchange(problem_, nullptr));
        return queue_->has_room();
    }
    std::function<void()> take_departure() override {
        if (held_.empty()) return {};
        // Shared, since a function is copied where it is handed on.
        return [this, rows = std::make_shared<std::vector<ResultTable>>(std::exchange(held_, {}))] {
            try {
                for (ResultTable& each : *rows) queue_->put(stream_, std::move(each));
            } catch (...) {
                problem_ = std::current_exception();  // The pipeline fails by it when it goes on.
            }
        };
    }
    void discard() override { held_.clear(); }

private:
    void put(ResultTable rows) {
        if (holds_back_)
            held_.push_back(std::move(rows));
        else
            queue_->put(stream_, std::move(rows));
    }

    std::shared_ptr<StreamQueue> queue_;
    std::string stream_;
    const bool holds_back_;
    std::vector<ResultTable> held_;
    std::exception_ptr problem_;
    std::vector<std::string> keys_;
};

}  // namespace

std::unique_ptr<SinkWriter> make_stream_sink(std::shared_ptr<StreamQueue> queue, std::string stream, bool holds_back) {
    return std::make_unique<StreamSink>(std::move(queue), std::move(stream), holds_back);
}

}  // namespace laminar
