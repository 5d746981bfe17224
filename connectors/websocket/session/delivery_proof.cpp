#include "connectors/websocket/session/delivery_proof.h"

#include <algorithm>
#include <charconv>

namespace laminar {

std::uint64_t DeliveryProof::count_proven() noexcept {
    const std::uint64_t before = proven_;
    proven_ = std::max(proven_, std::min(claimed_, sent_));
    return proven_ - before;
}

std::uint64_t DeliveryProof::sent(std::uint64_t count) noexcept {
    sent_ += count;
    return count_proven();
}

std::uint64_t DeliveryProof::pong(std::string_view payload) noexcept {
    std::uint64_t count = 0;
    const auto [end, problem] = std::from_chars(payload.data(), payload.data() + payload.size(), count);
    // A pong that answers none of our pings (RFC 6455 allows it) proves nothing.
    if (problem != std::errc() || end != payload.data() + payload.size() || count > pinged_) return 0;
    claimed_ = std::max(claimed_, count);
    return count_proven();
}

std::uint64_t DeliveryProof::read_all() noexcept {
    claimed_ = std::max(claimed_, sent_);
    return count_proven();
}

std::string DeliveryProof::ping_payload() const { return std::to_string(written_); }

}  // namespace laminar
