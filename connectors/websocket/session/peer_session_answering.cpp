#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "catalog/options/json_path.h"
#include "connectors/codec/json/json_lookup.h"
#include "connectors/websocket/session/peer_session.h"
#include "parser/text/utf8.h"

namespace laminar {

namespace {
/// How much of answers may wait to be sent before no more questions are read.
constexpr std::size_t most_unsent_answers = 256U << 10;
/// No peer needs heartbeats more often.
constexpr std::chrono::milliseconds shortest_interval{100};
constexpr std::chrono::milliseconds longest_interval{86'400'000};
}  // namespace

bool PeerSession::is_of_opening(std::string_view payload) {
    Opening& opening = *environment_.opening;
    if (opening_failed_ || opening.take(payload) == Opening::Reaction::not_awaited) return false;
    if (opening.problem().empty()) {
        learn_heartbeat_interval(payload);
        if (environment_.on_message) environment_.on_message(payload);
    }
    note_opening();
    return true;
}

void PeerSession::note_opening() {
    const Opening& opening = *environment_.opening;
    if (!opening.problem().empty()) return fail_opening(opening.problem(), "handshake failed");
    opening_event_.notify();
    if (!opening.is_over()) return environment_.on_progress();
    opened_ = true;
    environment_.on_opened();
    writer_event_.notify();
}

void PeerSession::learn_heartbeat_interval(std::string_view payload) {
    const std::string& path = environment_.options.heartbeat_interval_ms_field;
    if (path.empty() || !is_json(payload)) return;
    const auto found = find_json_value(payload, parse_json_path(path).value_or(std::vector<std::string>{""}));
    if (!found) return;
    double interval = 0;
    const char* const last = found->data() + found->size();
    const auto [end, failure] = std::from_chars(found->data(), last, interval);
    if (failure != std::errc() || end != last || !(interval > 0)) {
        environment_.journal.log(
            "warning", "heartbeat_interval",
            fmt::format("{} at {} is no interval in ms (heartbeat_interval_ms_field)", quote_excerpt(*found), path));
        return;
    }
    const double most = static_cast<double>(longest_interval.count());
    heartbeat_interval_ =
        std::max(shortest_interval, std::chrono::milliseconds(static_cast<std::int64_t>(std::min(interval, most))));
    heartbeat_event_.notify();
}

void PeerSession::fail_opening(const std::string& reason, const std::string& farewell) {
    opening_failed_ = true;
    cause_ = reason;
    request_close(1000, farewell, farewell_time);
}

/// Straight into the send buffer: rows that wait for their turn hold up no answer.
bool PeerSession::answer(std::string_view payload) {
    const ReplyRules::Answer* found = environment_.replies->find(payload, look_);
    if (found == nullptr) return false;
    if (stream_.is_open()) {
        const std::string problem = environment_.texts.send(found->text, SecretUse::messages, payload);
        if (!problem.empty() && stream_.is_open()) end("replies: " + problem);
    }
    return !found->keeps_message;
}

bool PeerSession::unsent_answers_are_many() const { return stream_.unsent_bytes() > most_unsent_answers; }

}  // namespace laminar
