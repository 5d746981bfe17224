#include "runtime/session/stream_printer.h"

#include <exception>
#include <utility>

namespace laminar {

StreamPrinter::StreamPrinter(SessionOutput& output, std::shared_ptr<StreamQueue> queue)
    : output_(output), queue_(std::move(queue)), thread_([this] { run(); }) {}

StreamPrinter::~StreamPrinter() {
    queue_->close();
    thread_.join();
}

void StreamPrinter::run() {
    while (const std::optional<StreamQueue::Rows> next = queue_->take()) {
        try {
            const Lease shown = output();
            if (next->failure.empty())
                shown->stream_rows(next->stream, next->rows);
            else
                shown->stream_failed(next->stream, next->failure);
        } catch (...) {
            // The pipelines whose rows cannot be shown fail with the next ones.
            queue_->fail(std::current_exception());
        }
    }
}

}  // namespace laminar
