#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace laminar {

/// Which of the messages sent on one connection the peer has certainly got. That a message was handed to the system
/// says nothing: what is in buffers on the way, and in the peer's, is gone when the connection breaks. But everything
/// on a WebSocket connection is read in order, so that a pong proves all that was sent before its ping. Each ping
/// carries how much that is; nothing else has to be remembered. Counts messages of one connection; used on its strand.
class DeliveryProof {
public:
    /// A message has been put into the send buffer.
    void wrote() noexcept { ++written_; }
    // Each of these returns how many messages have been proven by it that were not before.
    /// So many more have been handed to the system.
    std::uint64_t sent(std::uint64_t count) noexcept;
    /// A pong has come, to whichever ping, or to none.
    std::uint64_t pong(std::string_view payload) noexcept;
    /// The peer has given another sign that it had got all that had been sent.
    std::uint64_t read_all() noexcept;

    /// The payload of a ping to be sent now; if it is, pinged is called at once.
    [[nodiscard]] std::string ping_payload() const;
    void pinged() noexcept { pinged_ = written_; }
    /// A pong is to come that will prove something.
    [[nodiscard]] bool awaits_pong() const noexcept { return pinged_ > claimed_; }
    /// Handed to the system, and not proven.
    [[nodiscard]] std::uint64_t in_doubt() const noexcept { return sent_ - proven_; }

private:
    std::uint64_t count_proven() noexcept;

    std::uint64_t written_ = 0;
    std::uint64_t sent_ = 0;
    std::uint64_t pinged_ = 0;   ///< Written before the latest ping.
    std::uint64_t claimed_ = 0;  ///< Proven by the latest pong; we may not have noticed yet that they are sent.
    std::uint64_t proven_ = 0;
};

}  // namespace laminar
