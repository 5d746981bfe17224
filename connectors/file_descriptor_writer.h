#pragma once

#include <atomic>
#include <string_view>

namespace laminar {

/// Writes to a file descriptor that it does not own and that may be a pipe nobody reads from. Throws std::system_error;
/// EPIPE is one (its caller keeps SIGPIPE away).
class FileDescriptorWriter {
public:
    explicit FileDescriptorWriter(int descriptor) : descriptor_(descriptor) {}

    /// All of text, waiting for the reader where there is one.
    void write(std::string_view text);
    /// Makes write throw, now and from now on. Any thread.
    void interrupt() noexcept { interrupted_.store(true); }

private:
    void wait_writable() const;

    int descriptor_;
    std::atomic<bool> interrupted_{false};
};

}  // namespace laminar
