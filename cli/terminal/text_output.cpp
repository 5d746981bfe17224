#include "cli/terminal/text_output.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "catalog/threads/mutex.h"
#include "connectors/local/record_buffer.h"

namespace laminar {

void FileOutput::write(std::string_view text) {
    const MutexLock lock(mutex_);
    if (is_closed() || text.empty()) return;
    if (status_line_) status_line_->erase();
    const std::string_view all = text;
    while (!text.empty()) {
        const ssize_t written = ::write(file_, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            // A descriptor shared with a process that made it non-blocking.
            pollfd writable{.fd = file_, .events = POLLOUT, .revents = 0};
            ::poll(&writable, 1, 1000);
        } else if (errno != EINTR) {
            if (errno != EPIPE) failure_ = std::generic_category().message(errno);
            // A file ends with a whole line, also on a full disk.
            const std::string_view out = all.substr(0, all.size() - text.size());
            cut_off_end(file_, out.size() - (out.rfind('\n') + 1));
            closed_.store(true, std::memory_order_relaxed);
            return;
        }
    }
}

std::string FileOutput::failure() const {
    const MutexLock lock(mutex_);
    return failure_;
}

}  // namespace laminar
