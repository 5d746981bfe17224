#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

#include "bench/event_message.h"

namespace laminar::bench {

// Blocking sockets on the loopback interface. Everything below ends the program with a message when the system refuses.

/// A socket that listens on a free port.
class ListeningPort {
public:
    ListeningPort();
    ~ListeningPort();
    ListeningPort(const ListeningPort&) = delete;
    ListeningPort& operator=(const ListeningPort&) = delete;
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    /// Waits for a client and grants its WebSocket handshake; the caller closes the descriptor.
    [[nodiscard]] int accept_websocket() const;

private:
    int descriptor_;
    std::uint16_t port_;
};

/// Connects to a WebSocket server, from one of the addresses 127.0.0.x; the caller closes the descriptor.
[[nodiscard]] int connect_websocket(std::uint16_t port, unsigned source = 1);

/// False when the peer has gone.
bool send_all(int descriptor, std::string_view bytes);

/// The frames of a minute of messages, one a millisecond, ready to be sent; minute after minute.
class FramedMinute {
public:
    static constexpr std::size_t messages = 60'000;
    explicit FramedMinute(bool masked = false);
    /// The frames of that minute since the start.
    [[nodiscard]] std::string_view at(std::uint64_t minute);
    [[nodiscard]] std::size_t frame_size() const noexcept { return frame_size_; }

private:
    std::string frames_;
    std::size_t frame_size_ = 0;
    std::size_t time_offset_ = 0;
    std::uint64_t minute_ = 0;
};

/// A server that sends a number of event messages to the one client it waits for, as fast as that takes them, on a
/// thread of its own. Frames are made beforehand: the sender is not what limits.
class RawFeed {
public:
    explicit RawFeed(std::uint64_t messages);
    /// Waits for the thread; the client must have come.
    ~RawFeed();
    RawFeed(const RawFeed&) = delete;
    RawFeed& operator=(const RawFeed&) = delete;
    [[nodiscard]] std::uint16_t port() const noexcept { return listener_.port(); }
    [[nodiscard]] std::string url() const { return "ws://127.0.0.1:" + std::to_string(port()) + "/"; }
    /// When the first frame was sent, in seconds of the steady clock; 0 before.
    [[nodiscard]] double began() const noexcept { return began_.load(); }
    /// When the system had taken the last of them, all but a few megabytes of which the client has then; 0 before.
    [[nodiscard]] double sent() const noexcept { return sent_.load(); }

private:
    void run(std::uint64_t messages);

    ListeningPort listener_;
    std::atomic<double> began_{0};
    std::atomic<double> sent_{0};
    std::atomic<bool> ending_{false};
    std::thread thread_;
};

/// Seconds of the steady clock.
[[nodiscard]] double seconds_now() noexcept;

}  // namespace laminar::bench
