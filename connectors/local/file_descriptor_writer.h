#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace laminar {

/// Writes to a file descriptor that it does not own and that may be a pipe nobody reads from. Throws std::system_error;
/// EPIPE is one (its caller keeps SIGPIPE away).
class FileDescriptorWriter {
public:
    explicit FileDescriptorWriter(int descriptor) : descriptor_(descriptor) {}

    /// All of text, waiting for the reader where there is one.
    void write(std::string_view text);
    /// Bytes written so far, also by a write that threw.
    [[nodiscard]] std::uint64_t written() const noexcept { return written_; }
    /// Makes write throw, now and from now on. Any thread.
    void interrupt() noexcept { interrupted_.store(true); }

private:
    void wait_writable() const;

    int descriptor_;
    std::uint64_t written_ = 0;
    std::atomic<bool> interrupted_{false};
};

}  // namespace laminar
