#include "connectors/net/reconnect_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace laminar {

namespace {
/// A server that asks for a day is not obeyed to the letter.
constexpr std::chrono::milliseconds longest_retry_after = std::chrono::hours(1);
}  // namespace

ReconnectPolicy::ReconnectPolicy(Settings settings, std::function<double()> random)
    : settings_(settings), random_(std::move(random)) {}

void ReconnectPolicy::connected(Clock::time_point now) noexcept { connected_at_ = now; }

ReconnectPolicy::Milliseconds ReconnectPolicy::backoff() const {
    const double exponent = static_cast<double>(std::min<std::int64_t>(attempts_ - 1, 1'000));
    const double grown = static_cast<double>(settings_.initial.count()) * std::pow(settings_.multiplier, exponent);
    const auto maximum = static_cast<double>(settings_.maximum.count());
    return Milliseconds(static_cast<Milliseconds::rep>(std::isfinite(grown) ? std::min(grown, maximum) : maximum));
}

ReconnectPolicy::Decision ReconnectPolicy::ended(const Ending& ending, Clock::time_point now) {
    if (connected_at_ && now - *connected_at_ >= settings_.stable_after) attempts_ = 0;
    connected_at_.reset();

    Decision decision;
    if (!settings_.enabled) {
        decision.reason = "reconnect is off";
        return decision;
    }
    if (ending.permanent) {
        decision.reason = "trying again would not help";
        return decision;
    }
    if (is_final_close_code(ending.close_code)) {
        decision.reason = fmt::format("close code {} asks not to come back", ending.close_code);
        return decision;
    }
    if (is_final_http_status(ending.http_status)) {
        decision.reason = fmt::format("HTTP status {} would be the same again", ending.http_status);
        return decision;
    }
    if (settings_.max_attempts >= 0 && attempts_ >= settings_.max_attempts) {
        decision.reason = fmt::format("max_reconnect_attempts ({}) reached", settings_.max_attempts);
        return decision;
    }

    ++attempts_;
    const Milliseconds limit = std::max(backoff(), settings_.floor);
    const auto spread = static_cast<double>((limit - settings_.floor).count());
    decision.retry = true;
    decision.limit = limit;
    decision.delay = settings_.floor + Milliseconds(static_cast<Milliseconds::rep>(spread * random_()));
    if (ending.retry_after) {
        const Milliseconds asked = std::min(*ending.retry_after, longest_retry_after);
        decision.delay = std::max(decision.delay, asked);
        decision.limit = std::max(decision.limit, asked);
    }
    return decision;
}

bool is_final_close_code(std::uint16_t code) noexcept {
    return code == 1008 || code == 1010 || code == 3000 || code == 3003;
}

bool is_final_http_status(int status) noexcept {
    return status >= 300 && status < 500 && status != 408 && status != 425 && status != 429;
}

}  // namespace laminar
