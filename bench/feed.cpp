#include "bench/feed.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "bench/raw_handshake.h"

namespace laminar::bench {

namespace {

[[noreturn]] void give_up(const char* what) {
    fmt::print(stderr, "{}: {}\n", what, std::strerror(errno));
    std::exit(1);
}

/// Byte by byte, so that nothing of what follows is taken.
std::string read_head(int descriptor) {
    std::string head;
    char byte = 0;
    while (!head.ends_with("\r\n\r\n")) {
        const ssize_t count = recv(descriptor, &byte, 1, 0);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) give_up("no HTTP head came");
        head += byte;
    }
    return head;
}

sockaddr_in loopback(std::uint16_t port, unsigned host = 1) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + host);
    return address;
}

/// Takes what a client sends that has nothing to say: pings. False: it is closing.
bool skip_pings(int descriptor) {
    constexpr std::uint8_t close_frame = 0x88;
    constexpr std::size_t masked_header = 6;
    std::array<std::uint8_t, 4096> bytes{};
    const ssize_t count = recv(descriptor, bytes.data(), bytes.size(), 0);
    if (count <= 0) return false;
    for (std::size_t at = 0; at + 1 < static_cast<std::size_t>(count); at += masked_header + (bytes[at + 1] & 0x7FU)) {
        if (bytes[at] == close_frame) return false;
    }
    return true;
}

void set_no_delay(int descriptor) {
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

double seconds_now() noexcept {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

ListeningPort::ListeningPort() : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), port_(0) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (descriptor_ < 0 || bind(descriptor_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        listen(descriptor_, 64) != 0 || getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        give_up("cannot listen");
    port_ = ntohs(address.sin_port);
}

ListeningPort::~ListeningPort() { close(descriptor_); }

int ListeningPort::accept_websocket() const {
    const int client = accept(descriptor_, nullptr, nullptr);
    if (client < 0) give_up("cannot accept");
    set_no_delay(client);
    const std::string answer = handshake_answer(read_head(client));
    if (answer.empty()) give_up("the client asks for no WebSocket");
    send_all(client, answer);
    return client;
}

int connect_websocket(std::uint16_t port, unsigned source) {
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    // The port of the source is chosen at connect, when the pair has to be unique and not the port alone.
    const int on = 1;
    setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    sockaddr_in from = loopback(0, source);
    sockaddr_in to = loopback(port);
    if (descriptor < 0 || bind(descriptor, reinterpret_cast<sockaddr*>(&from), sizeof from) != 0 ||
        connect(descriptor, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
        give_up("cannot connect");
    set_no_delay(descriptor);
    send_all(descriptor, handshake_request());
    const std::string head = read_head(descriptor);
    if (!head.starts_with("HTTP/1.1 101")) {
        fmt::print(stderr, "the server refused: {}\n", head.substr(0, head.find('\r')));
        std::exit(1);
    }
    return descriptor;
}

bool send_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

FramedMinute::FramedMinute(bool masked) {
    for (std::uint32_t number = 0; number < messages; ++number) {
        const std::string payload = event_message(number);
        const std::string frame = text_frame(payload, masked);
        frame_size_ = frame.size();
        time_offset_ = frame.find("T00:");
        frames_ += frame;
    }
}

std::string_view FramedMinute::at(std::uint64_t minute) {
    if (minute == minute_) return frames_;
    minute_ = minute;
    // March has 31 days; a run that is longer than the rest of it goes back and is late for its windows.
    const std::string time = fmt::format("{:02}T{:02}:{:02}", 15 + minute / 1440 % 17, minute / 60 % 24, minute % 60);
    for (std::size_t at = time_offset_ - 2; at < frames_.size(); at += frame_size_)
        std::memcpy(frames_.data() + at, time.data(), time.size());
    return frames_;
}

RawFeed::RawFeed(std::uint64_t messages) : thread_([this, messages] { run(messages); }) {}

RawFeed::~RawFeed() {
    ending_ = true;
    thread_.join();
}

void RawFeed::run(std::uint64_t messages) {
    // Made once for all feeds of the program; they follow one another.
    static FramedMinute minute;
    const int client = listener_.accept_websocket();
    began_ = seconds_now();
    for (std::uint64_t sent = 0; sent < messages; sent += FramedMinute::messages) {
        const std::uint64_t count = std::min<std::uint64_t>(messages - sent, FramedMinute::messages);
        if (!send_all(client, minute.at(sent / FramedMinute::messages).substr(0, count * minute.frame_size()))) break;
    }
    sent_ = seconds_now();
    // The client goes when it has everything, or sends a close frame; a close of ours would end its work, and what it
    // has not yet received would be lost.
    pollfd readable{client, POLLIN, 0};
    while (!ending_) {
        if (poll(&readable, 1, 100) > 0 && !skip_pings(client)) break;
    }
    close(client);
}

}  // namespace laminar::bench
