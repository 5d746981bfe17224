#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace laminar::bench {

/// Many clients of one WebSocket server in a process of their own (forked: make it before any thread), so that their
/// descriptors and memory are not the server's. Clients come from several addresses 127.0.0.x and read what they get.
class ClientSwarm {
public:
    ClientSwarm();
    ~ClientSwarm();
    ClientSwarm(const ClientSwarm&) = delete;
    ClientSwarm& operator=(const ClientSwarm&) = delete;

    /// Connects that many clients; returns when all have had their handshake.
    void connect(std::uint16_t port, std::size_t clients);
    /// Bytes received by all clients together since the start.
    [[nodiscard]] std::uint64_t received_bytes();

private:
    struct Order {
        std::uint64_t clients;  ///< 0: asks for the bytes received.
        std::uint16_t port;
    };
    [[noreturn]] static void run(int orders);
    std::uint64_t ask(const Order& order);

    int orders_ = -1;
    pid_t process_ = -1;
};

/// Lets this process and those it forks have as many descriptors as the system allows.
void raise_descriptor_limit();

}  // namespace laminar::bench
