#include "cli/shell/line_reader.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>

namespace laminar {

class LineReader::Signals {
public:
    Signals() : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        if (wake_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    }
    ~Signals() { close(wake_); }
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    void wake() const { eventfd_write(wake_, 1); }
    void clear() const {
        eventfd_t count = 0;
        eventfd_read(wake_, &count);
    }
    [[nodiscard]] int file() const noexcept { return wake_; }

    std::atomic<bool> interrupted{false};
    std::atomic<bool> ended{false};
    std::atomic<bool> resized{false};

private:
    const int wake_;
};

LineReader::LineReader() : signals_(std::make_shared<Signals>()) {}

void LineReader::interrupt() {
    signals_->interrupted = true;
    signals_->wake();
}

void LineReader::end() {
    signals_->ended = true;
    signals_->wake();
}

void LineReader::resized() {
    signals_->resized = true;
    signals_->wake();
}

void LineReader::wake() { signals_->wake(); }

LineReader::Event LineReader::wait() {
    while (true) {
        if (signals_->ended) return Event::ended;
        if (signals_->interrupted.exchange(false)) return Event::interrupted;
        if (signals_->resized.exchange(false)) return Event::resized;
        std::array<pollfd, 2> files{{{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
                                     {.fd = signals_->file(), .events = POLLIN, .revents = 0}}};
        if (poll(files.data(), files.size(), -1) < 0 && errno != EINTR) return Event::ended;
        if (files[1].revents != 0) {
            signals_->clear();
            if (!signals_->ended && !signals_->interrupted && !signals_->resized) return Event::text_waits;
        } else if (files[0].revents != 0) {
            return Event::input;
        }
    }
}

namespace {

class PlainLineReader : public LineReader {
public:
    Outcome read(std::string_view, std::string& line) override {
        line.clear();
        while (true) {
            const std::size_t end_of_line = buffer_.find('\n', searched_);
            if (end_of_line != std::string::npos) {
                line = buffer_.substr(begin_, end_of_line - begin_);
                begin_ = searched_ = end_of_line + 1;
                return Outcome::line;
            }
            buffer_.erase(0, begin_);
            begin_ = 0;
            searched_ = buffer_.size();
            switch (wait()) {
                case Event::ended:
                    return Outcome::end;
                case Event::interrupted:
                    return Outcome::interrupted;
                case Event::text_waits:
                case Event::resized:
                    continue;
                case Event::input:
                    break;
            }
            std::array<char, 65536> chunk{};
            const ssize_t count = ::read(STDIN_FILENO, chunk.data(), chunk.size());
            if (count > 0) {
                buffer_.append(chunk.data(), static_cast<std::size_t>(count));
            } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
                if (buffer_.empty()) return Outcome::end;
                line = std::exchange(buffer_, {});
                searched_ = 0;
                return Outcome::line;
            }
        }
    }

private:
    std::string buffer_;
    std::size_t begin_ = 0;     ///< Where in buffer_ the next line starts.
    std::size_t searched_ = 0;  ///< No line feed between begin_ and here.
};

}  // namespace

std::unique_ptr<LineReader> make_plain_line_reader() { return std::make_unique<PlainLineReader>(); }

}  // namespace laminar
