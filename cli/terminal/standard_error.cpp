#include "cli/terminal/standard_error.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <string>

#include "catalog/threads/mutex.h"

namespace laminar {

namespace {

constexpr int patience_ms = 200;

class StandardError {
public:
    void write(std::string_view text) {
        const MutexLock lock(mutex_);
        std::fflush(stderr);
        if (left_out_ > 0) {
            const std::string remark = fmt::format("laminar: {} {} left out here: standard error was not read\n",
                                                   left_out_, left_out_ == 1 ? "message was" : "messages were");
            if (!write_all(remark, 0)) {
                ++left_out_;
                return;
            }
            left_out_ = 0;
        }
        if (!write_all(text, patience_ms)) ++left_out_;
    }

private:
    /// False when it had to be given up, wholly or in the middle.
    bool write_all(std::string_view text, int patience) {
        while (!text.empty()) {
            pollfd file{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
            if (::poll(&file, 1, patience) == 0) return false;
            // A pipe that is said to be ready takes so much without waiting.
            const ssize_t written = ::write(STDERR_FILENO, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
            if (written > 0) {
                text.remove_prefix(static_cast<std::size_t>(written));
            } else if (errno != EINTR && errno != EAGAIN) {
                return true;  // Nobody is there to read it, now or later.
            }
        }
        return true;
    }

    Mutex mutex_;
    std::uint64_t left_out_ = 0;
};

}  // namespace

void write_to_standard_error(std::string_view text) {
    // Never destroyed: others may write while the program ends.
    static StandardError& standard_error = *new StandardError;
    standard_error.write(text);
}

}  // namespace laminar
