#include "connectors/local/file_descriptor_writer.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace laminar {

namespace {
constexpr int interrupt_check_ms = 50;
}

void FileDescriptorWriter::wait_writable() const {
    while (true) {
        if (interrupted_.load()) throw std::system_error(std::make_error_code(std::errc::operation_canceled), "write");
        pollfd waiting{descriptor_, POLLOUT, 0};
        const int ready = ::poll(&waiting, 1, interrupt_check_ms);
        if (ready > 0) return;
        if (ready < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "poll");
    }
}

void FileDescriptorWriter::write(std::string_view text) {
    while (!text.empty()) {
        wait_writable();
        // A pipe that polls as writable takes this much without blocking.
        const ssize_t written = ::write(descriptor_, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
        if (written >= 0) {
            written_ += static_cast<std::uint64_t>(written);
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR && errno != EAGAIN) {
            throw std::system_error(errno, std::generic_category(), "write");
        }
    }
}

}  // namespace laminar
