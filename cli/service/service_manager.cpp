#include "cli/service/service_manager.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

namespace laminar {

namespace {

constexpr const char* socket_variable = "NOTIFY_SOCKET";
constexpr const char* watchdog_variable = "WATCHDOG_USEC";
constexpr const char* watched_variable = "WATCHDOG_PID";

/// A manager that takes nothing holds this process up for no longer.
constexpr timeval send_limit{2, 0};

std::string environment(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before there are other threads.
    return value ? value : "";
}

template <class Number>
std::optional<Number> number_of(const std::string& text) {
    Number number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

ServiceManager::ServiceManager() : address_(environment(socket_variable)) {
    const auto watched = number_of<pid_t>(environment(watched_variable));
    const auto micros = number_of<std::int64_t>(environment(watchdog_variable));
    if (micros && *micros > 0 && (!watched || *watched == ::getpid()))
        watchdog_time_ = std::chrono::microseconds(*micros);
    for (const char* name : {socket_variable, watchdog_variable, watched_variable})
        (void)::unsetenv(name);  // NOLINT(concurrency-mt-unsafe): as above.
    if (address_.empty()) return;
    // A path, or a name without a file, which begins with a zero for the socket.
    const bool is_known = address_.front() == '/' || address_.front() == '@';
    if (!is_known || address_.size() >= sizeof(sockaddr_un::sun_path)) {
        fmt::print(stderr,
                   "laminar: {}: \"{}\" is no socket that can be written to; the service manager is told nothing\n",
                   socket_variable, address_);
        address_.clear();
    } else if (address_.front() == '@') {
        address_.front() = '\0';
    }
}

void ServiceManager::tell_ready() { tell("READY=1\nSTATUS=running"); }
void ServiceManager::tell_stopping() { tell("STOPPING=1\nSTATUS=working off what has arrived"); }
void ServiceManager::tell_alive() { tell("WATCHDOG=1"); }

void ServiceManager::tell_status(std::string_view text) {
    std::string line(text);
    std::replace(line.begin(), line.end(), '\n', ' ');
    tell("STATUS=" + line);
}

void ServiceManager::tell(const std::string& message) {
    if (!is_there()) return;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, address_.data(), address_.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
    const int sender = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    (void)::setsockopt(sender, SOL_SOCKET, SO_SNDTIMEO, &send_limit, sizeof send_limit);
    const bool sent = sender >= 0 && ::sendto(sender, message.data(), message.size(), MSG_NOSIGNAL,
                                              reinterpret_cast<const sockaddr*>(&address), size) >= 0;
    const int error = errno;
    if (sender >= 0) ::close(sender);
    if (sent) return;
    const MutexLock lock(mutex_);
    if (std::exchange(has_complained_, true)) return;
    fmt::print(stderr, "laminar: the service manager cannot be told how this process is doing ({}): {}\n",
               socket_variable, std::generic_category().message(error));
}

}  // namespace laminar
