#include "loopback_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace laminar::fuzz {

namespace {

class Socket {
public:
    explicit Socket(std::uint16_t port) : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            throw std::system_error(errno, std::generic_category(), "connect");
    }
    ~Socket() { close(descriptor_); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

private:
    const int descriptor_;
};

}  // namespace

void visit(std::uint16_t port, std::span<const std::uint8_t> bytes, std::chrono::milliseconds silence) {
    const Socket client(port);
    std::array<char, 16384> taken{};
    bool is_open = true;
    const auto end = std::chrono::steady_clock::now() + 10 * silence;
    while (is_open && std::chrono::steady_clock::now() < end) {
        pollfd state{client.descriptor(), static_cast<short>(bytes.empty() ? POLLIN : POLLIN | POLLOUT), 0};
        if (poll(&state, 1, static_cast<int>(silence.count())) <= 0) break;
        if ((state.revents & POLLOUT) != 0) {
            const ssize_t sent = send(client.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent > 0)
                bytes = bytes.subspan(static_cast<std::size_t>(sent));
            else if (errno != EAGAIN)
                bytes = {};
        }
        if ((state.revents & (POLLIN | POLLHUP | POLLERR)) != 0)
            is_open = recv(client.descriptor(), taken.data(), taken.size(), MSG_DONTWAIT) > 0;
    }
}

void fail(const char* reason) {
    std::fprintf(stderr, "fuzz: %s\n", reason);
    std::abort();
}

}  // namespace laminar::fuzz
