#include "bench/client_swarm.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <vector>

#include "bench/feed.h"

namespace laminar::bench {

namespace {

constexpr std::size_t clients_per_address = 2'000;

[[noreturn]] void give_up(const char* what) {
    fmt::print(stderr, "clients: {} failed\n", what);
    std::_Exit(1);
}

}  // namespace

ClientSwarm::ClientSwarm() {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) give_up("socketpair");
    process_ = fork();
    if (process_ == 0) {
        close(ends[0]);
        run(ends[1]);
    }
    close(ends[1]);
    orders_ = ends[0];
}

ClientSwarm::~ClientSwarm() {
    close(orders_);  // It ends by itself.
    waitpid(process_, nullptr, 0);
}

void ClientSwarm::run(int orders) {
    const int events = epoll_create1(EPOLL_CLOEXEC);
    const auto watch = [events](int descriptor) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = descriptor;
        if (epoll_ctl(events, EPOLL_CTL_ADD, descriptor, &event) != 0) give_up("epoll_ctl");
    };
    watch(orders);
    std::size_t connected = 0;
    std::uint64_t received = 0;
    std::vector<char> buffer(256 << 10);
    std::array<epoll_event, 256> ready{};
    for (;;) {
        const int count = epoll_wait(events, ready.data(), static_cast<int>(ready.size()), -1);
        for (int index = 0; index < count; ++index) {
            const int descriptor = ready[static_cast<std::size_t>(index)].data.fd;
            if (descriptor != orders) {
                const ssize_t bytes = recv(descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT);
                if (bytes > 0) received += static_cast<std::uint64_t>(bytes);
                if (bytes == 0) close(descriptor);
                continue;
            }
            Order order{};
            if (recv(orders, &order, sizeof order, 0) != sizeof order) std::_Exit(0);
            for (std::uint64_t number = 0; number < order.clients; ++number, ++connected)
                watch(connect_websocket(order.port, 2 + static_cast<unsigned>(connected / clients_per_address)));
            if (send(orders, &received, sizeof received, MSG_NOSIGNAL) < 0) std::_Exit(0);
        }
    }
}

std::uint64_t ClientSwarm::ask(const Order& order) {
    std::uint64_t answer = 0;
    if (send(orders_, &order, sizeof order, MSG_NOSIGNAL) < 0 || recv(orders_, &answer, sizeof answer, 0) <= 0)
        give_up("the process of the clients");
    return answer;
}

void ClientSwarm::connect(std::uint16_t port, std::size_t clients) { (void)ask({clients, port}); }

std::uint64_t ClientSwarm::received_bytes() { return ask({0, 0}); }

void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace laminar::bench
