#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "catalog/threads/mutex.h"
#include "cli/terminal/status_line.h"

namespace laminar {

/// Where result text goes. Thread-safe.
class TextOutput {
public:
    virtual ~TextOutput() = default;
    /// Writes all of text, blocking as long as the reader makes it wait; nothing once the output is closed.
    virtual void write(std::string_view text) = 0;
    /// True once the reader has gone away or writing failed: there is no point in making more text.
    [[nodiscard]] virtual bool is_closed() const noexcept = 0;
    /// Why it closed, when that is worth telling: empty for a reader that went away.
    [[nodiscard]] virtual std::string failure() const = 0;
};

/// A file descriptor, such as standard output. Unbuffered: callers write whole batches. The process must ignore
/// SIGPIPE. Does not own the descriptor.
class FileOutput : public TextOutput {
public:
    /// status_line is erased before text is written; null when the output is not on its terminal. Borrowed.
    explicit FileOutput(int file, StatusLine* status_line = nullptr) : file_(file), status_line_(status_line) {}

    void write(std::string_view text) override;
    [[nodiscard]] bool is_closed() const noexcept override { return closed_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::string failure() const override;

private:
    const int file_;
    StatusLine* const status_line_;
    std::atomic<bool> closed_{false};
    mutable Mutex mutex_;
    std::string failure_ LAMINAR_GUARDED_BY(mutex_);
};

}  // namespace laminar
