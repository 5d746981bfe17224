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

ReconnectPolicy::Milliseconds ReconnectPolicy::backoff() const {
    const double exponent = static_cast<double>(std::min<std::int64_t>(attempts_ - 1, 1'000));
    const double grown = static_cast<double>(settings_.initial.count()) * std::pow(settings_.multiplier, exponent);
    const auto maximum = static_cast<double>(settings_.maximum.count());
    return Milliseconds(static_cast<Milliseconds::rep>(std::isfinite(grown) ? std::min(grown, maximum) : maximum));
}

namespace {

bool asks_not_to_come_back(const ReconnectPolicy::Settings& settings, const ReconnectPolicy::Ending& ending) {
    // After good service the reason is a new one: a token that has expired, a pong that came too late.
    return ending.close_code != 0 && !ending.was_stable && settings.give_up_close_codes.contain(ending.close_code);
}

bool refuses_for_good(const ReconnectPolicy::Settings& settings, const ReconnectPolicy::Ending& ending) {
    return ending.http_status != 0 && settings.give_up_http_statuses.contain(ending.http_status);
}

}  // namespace

bool ReconnectPolicy::is_final(const Settings& settings, const Ending& ending) noexcept {
    return ending.permanent || asks_not_to_come_back(settings, ending) || refuses_for_good(settings, ending);
}

ReconnectPolicy::Decision ReconnectPolicy::ended(const Ending& ending) {
    if (ending.was_stable) attempts_ = 0;

    Decision decision;
    if (!settings_.enabled) {
        decision.reason = "reconnect is off";
        return decision;
    }
    if (ending.permanent) {
        decision.reason = "trying again would not help";
        return decision;
    }
    if (asks_not_to_come_back(settings_, ending)) {
        decision.reason = fmt::format("close code {} asks not to come back (give_up_close_codes)", ending.close_code);
        return decision;
    }
    if (refuses_for_good(settings_, ending)) {
        decision.reason =
            fmt::format("HTTP status {} would be the same again (give_up_http_statuses)", ending.http_status);
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

}  // namespace laminar
