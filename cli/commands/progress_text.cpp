#include "cli/commands/progress_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "cli/scripts/duration.h"
#include "cli/terminal/cell_text.h"
#include "cli/terminal/count_text.h"

namespace laminar {
namespace {

/// More connections than this are counted instead of named.
constexpr std::size_t most_named = 4;

std::uint64_t rate(std::uint64_t earlier, std::uint64_t now, std::chrono::duration<double> elapsed) {
    const std::uint64_t count = now > earlier ? now - earlier : 0;
    return static_cast<std::uint64_t>(static_cast<double>(count) / std::max(elapsed.count(), 0.001));
}

std::string state_text(ConnectionState state) {
    std::string text(connection_state_name(state));
    std::replace(text.begin(), text.end(), '_', ' ');
    return text;
}

std::string connections_text(const std::vector<ConnectionStatus>& connections) {
    std::vector<std::string> parts;
    if (connections.size() <= most_named) {
        for (const ConnectionStatus& connection : connections) {
            std::string text = fmt::format("{} {}", escape_controls(connection.name), state_text(connection.state));
            if (!connection.note.empty()) text += fmt::format(" ({})", connection.note);
            parts.push_back(std::move(text));
        }
    } else {
        std::map<ConnectionState, std::size_t> counts;
        for (const ConnectionStatus& connection : connections) ++counts[connection.state];
        for (const auto& [state, count] : counts) parts.push_back(fmt::format("{} {}", count, state_text(state)));
    }
    return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

std::string progress_text(const DatabaseStatus& earlier, const DatabaseStatus& now,
                          std::chrono::duration<double> elapsed) {
    std::string text = fmt::format("{} messages/s in, {} rows/s out, lag {}",
                                   grouped(rate(earlier.messages_in, now.messages_in, elapsed)),
                                   grouped(rate(earlier.rows_out, now.rows_out, elapsed)), format_duration(now.lag));
    if (!now.connections.empty()) text += " | " + connections_text(now.connections);
    if (now.messages_failed + now.messages_dropped > 0) {
        text += fmt::format(" | {} failed, {} dropped", grouped(now.messages_failed), grouped(now.messages_dropped));
    }
    return text;
}

std::string trouble_text(const ConnectionStatus& connection) {
    std::vector<std::string> parts;
    if (connection.reconnect_count > 0) parts.push_back(counted(connection.reconnect_count, "reconnect attempt"));
    if (connection.messages_maybe_lost > 0)
        parts.push_back(fmt::format("{} sent may be lost", counted(connection.messages_maybe_lost, "message")));
    if (!connection.last_error.empty()) parts.push_back("last error: " + escape_controls(connection.last_error));
    if (parts.empty()) return {};
    return fmt::format("connection \"{}\": {}", connection.name, fmt::join(parts, ", "));
}

}  // namespace laminar
