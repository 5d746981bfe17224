#include "cli/terminal/stop_signals.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace laminar {
sigset_t StopSignals::watched() const {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    for (const auto& [signal, call] : others_) sigaddset(&set, signal);
    return set;
}

StopSignals::StopSignals(std::function<void(int, unsigned)> on_signal, std::map<int, std::function<void()>> others)
    : on_signal_(std::move(on_signal)), others_(std::move(others)) {
    const sigset_t set = watched();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c)
    signals_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (signals_ < 0 || wake_ < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
    thread_ = std::thread([this] { watch(); });
}

StopSignals::~StopSignals() {
    eventfd_write(wake_, 1);
    thread_.join();
    close(signals_);
    close(wake_);
    const sigset_t set = watched();
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void StopSignals::watch() {
    unsigned count = 0;
    while (true) {
        pollfd files[2] = {{.fd = signals_, .events = POLLIN, .revents = 0},
                           {.fd = wake_, .events = POLLIN, .revents = 0}};
        if (poll(files, 2, -1) < 0 && errno != EINTR) return;
        if (files[1].revents != 0) return;
        signalfd_siginfo information{};
        while (read(signals_, &information, sizeof information) == static_cast<ssize_t>(sizeof information)) {
            const auto signal = static_cast<int>(information.ssi_signo);
            if (const auto other = others_.find(signal); other != others_.end()) {
                other->second();
            } else {
                on_signal_(signal, ++count);
            }
        }
    }
}

}  // namespace laminar
