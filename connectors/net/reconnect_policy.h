#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "catalog/options/code_ranges.h"

namespace laminar {

/// When to connect again after a connection failed or ended, and when to give up: exponential backoff with full jitter
/// (the delay is anywhere between a small floor and the backoff), so that many clients of a restarted server do not
/// come back at the same moment. Pure: no clock, no I/O, randomness is passed in. Not thread-safe.
class ReconnectPolicy {
public:
    using Milliseconds = std::chrono::milliseconds;

    struct Settings {
        bool enabled = true;
        Milliseconds initial{5'000};
        double multiplier = 2.0;
        Milliseconds maximum{60'000};
        std::int64_t max_attempts = -1;    ///< In a row without a stable connection; -1: no limit.
        CodeRanges give_up_close_codes;    ///< Unless the connection was stable.
        CodeRanges give_up_http_statuses;  ///< Of refused handshakes.
        Milliseconds floor{20};  ///< Never sooner than this, whatever the jitter says: no peer makes a busy loop.
    };

    /// What ended the attempt or the connection.
    struct Ending {
        std::uint16_t close_code = 0;               ///< Of the peer's close frame; 0 without one.
        int http_status = 0;                        ///< Of a refused handshake; 0 otherwise.
        std::optional<Milliseconds> retry_after{};  ///< The server's wish.
        bool permanent = false;                     ///< The cause lies with us and will not go away by itself.
        bool was_stable = false;                    ///< The connection had lasted: what went before is forgotten.
    };

    struct Decision {
        bool retry = false;
        Milliseconds delay{};
        Milliseconds limit{};  ///< The delay is random up to this, or what the server asked for.
        std::string reason;    ///< Why not, when retry is false.
    };

    /// random yields numbers in [0, 1).
    ReconnectPolicy(Settings settings, std::function<double()> random);

    /// For what comes now; what has been counted stays.
    void use(Settings settings) { settings_ = std::move(settings); }
    [[nodiscard]] Decision ended(const Ending& ending);

    /// Whether that ending would be the same again, however often the peer is asked.
    [[nodiscard]] static bool is_final(const Settings& settings, const Ending& ending) noexcept;

    [[nodiscard]] std::int64_t attempts() const noexcept { return attempts_; }  ///< In a row, so far.

private:
    [[nodiscard]] Milliseconds backoff() const;

    Settings settings_;
    std::function<double()> random_;
    std::int64_t attempts_ = 0;
};

}  // namespace laminar
