#include "connectors/connection.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace laminar {

std::string_view connection_state_name(ConnectionState state) noexcept {
    switch (state) {
        case ConnectionState::idle:
            return "idle";
        case ConnectionState::connecting:
            return "connecting";
        case ConnectionState::connected:
            return "connected";
        case ConnectionState::listening:
            return "listening";
        case ConnectionState::waiting_to_reconnect:
            return "waiting_to_reconnect";
        case ConnectionState::paused:
            return "paused";
        case ConnectionState::closing:
            return "closing";
        case ConnectionState::closed:
            return "closed";
        case ConnectionState::failed:
            return "failed";
    }
    return "unknown";
}

void Connection::hand_over(std::chrono::milliseconds deadline, std::function<void(ConnectionHandover)> done) {
    close(deadline, [this, done = std::move(done)] {
        ConnectionHandover handover;
        handover.status = status();
        done(std::move(handover));
    });
}

Readiness readiness_of(const std::vector<ConnectionTestStep>& steps) {
    for (const ConnectionTestStep& step : steps) {
        if (!step.ok) return {step.detail, 0};
    }
    return {};
}

bool Connection::take_over(ConnectionHandover&& /*handover*/) { return false; }

std::string describe(const UnsentMessages& unsent) {
    const auto counted = [](std::uint64_t count, std::string_view adjective) {
        return fmt::format("{}{} message{} {}", count, adjective, count == 1 ? "" : "s", count == 1 ? "was" : "were");
    };
    std::string text;
    if (unsent.waiting > 0) text = counted(unsent.waiting, "") + " still waiting to be sent";
    if (unsent.unproven > 0) {
        if (!text.empty()) text += "; ";
        text += counted(unsent.unproven, " sent") + " not acknowledged with a pong";
    }
    return text;
}

}  // namespace laminar
