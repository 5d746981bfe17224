#include "cli/top/status_screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>

#include "cli/scripts/duration.h"
#include "cli/terminal/cell_text.h"
#include "cli/terminal/count_text.h"
#include "cli/top/status_table.h"

namespace laminar {

namespace {

using Cells = std::vector<StatusCell>;

/// Rates between two samples of one system table.
struct Rates {
    const std::vector<StatusRow>& before;
    const std::vector<StatusRow>& now;
    std::chrono::duration<double> elapsed;
    std::string_view name_column;

    [[nodiscard]] std::optional<double> of(const StatusRow& row, std::string_view column) const {
        return rate_between(before, now, elapsed, name_column, text_of(row, name_column), column);
    }
    [[nodiscard]] std::optional<double> total(std::string_view column) const {
        std::optional<double> sum;
        for (const StatusRow& row : now)
            if (const std::optional<double> rate = of(row, column)) sum = sum.value_or(0) + *rate;
        return sum;
    }
};

Tone tone_of_state(std::string_view state) {
    if (state == "connected" || state == "listening" || state == "running") return Tone::good;
    if (state == "failed") return Tone::bad;
    if (state == "connecting" || state == "waiting_to_reconnect" || state == "waiting_for_types" || state == "closing")
        return Tone::warning;
    return Tone::faint;
}

StatusCell state_cell(std::string_view state) {
    std::string text(state);
    std::ranges::replace(text, '_', ' ');
    return {escape_controls(text), tone_of_state(state)};
}

StatusCell text_cell(const StatusRow& row, std::string_view column, Tone tone = Tone::plain) {
    return {escape_controls(text_of(row, column)), tone};
}

/// The first of two columns that says something.
StatusCell either_cell(const StatusRow& row, std::string_view first, std::string_view second) {
    return text_of(row, first).empty() ? text_cell(row, second, Tone::faint) : text_cell(row, first);
}

StatusCell figure_cell(std::string text) { return {text, text == "0" || text == "0 B" ? Tone::faint : Tone::plain}; }

StatusCell count_cell(const StatusRow& row, std::string_view column) {
    const std::optional<double> count = number_of(row, column);
    return figure_cell(count && *count >= 0 ? grouped(static_cast<std::uint64_t>(*count)) : "");
}

/// A count of what should not be.
StatusCell alarm_cell(const StatusRow& row, std::string_view column) {
    StatusCell cell = count_cell(row, column);
    if (cell.tone == Tone::plain && !cell.text.empty()) cell.tone = Tone::bad;
    return cell;
}

StatusCell duration_cell(const StatusRow& row, std::string_view column) {
    const std::optional<double> milliseconds = number_of(row, column);
    if (!milliseconds) return {};
    return {format_duration(std::chrono::milliseconds(static_cast<std::int64_t>(*milliseconds)))};
}

void append_table(std::vector<std::string>& lines, const std::vector<StatusColumn>& columns,
                  const std::vector<StatusRow>& rows, const std::function<Cells(const StatusRow&)>& cells_of,
                  const ScreenStyle& style) {
    if (rows.empty()) return;
    std::vector<Cells> cells;
    for (const StatusRow& row : rows) cells.push_back(cells_of(row));
    lines.emplace_back();
    for (std::string& line : status_table(columns, cells, style.width, style.in_color, style.ascii))
        lines.push_back(std::move(line));
}

double sum(const std::vector<StatusRow>& rows, std::string_view column) {
    double total = 0;
    for (const StatusRow& row : rows) total += number_of(row, column).value_or(0);
    return total;
}

std::string number_text(double value, int digits) { return fmt::format("{:.{}f}", value, digits); }

}  // namespace

std::string rate_text(std::optional<double> rate) {
    if (!rate) return "";
    if (*rate == 0) return "0";
    if (*rate < 0.1) return "<0.1";
    if (*rate < 99.95) return number_text(*rate, 1);
    if (*rate < 10'000) return grouped(static_cast<std::uint64_t>(*rate + 0.5));
    if (*rate < 1e6) return number_text(*rate / 1e3, *rate < 1e5 ? 1 : 0) + "k";
    return number_text(*rate / 1e6, 1) + "M";
}

std::string bytes_text(std::optional<double> bytes) {
    if (!bytes) return "";
    static constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    double value = *bytes;
    for (; value >= 1024 && unit + 1 < units.size(); ++unit) value /= 1024;
    return number_text(value, unit == 0 || value >= 99.5 ? 0 : 1) + " " + units[unit];
}

std::vector<std::string> status_screen(const StatusSample& before, const StatusSample& now, const std::string& title,
                                       const std::string& problem, const ScreenStyle& style) {
    const std::chrono::duration<double> elapsed = now.taken_at - before.taken_at;
    const Rates connections{before.connections, now.connections, elapsed, "connection_name"};
    const Rates pipelines{before.pipelines, now.pipelines, elapsed, "name"};
    const Rates tables{before.tables, now.tables, elapsed, "name"};
    const auto shown = [](const std::string& rate) { return rate.empty() ? "-" : rate; };

    const std::string head =
        fmt::format("{}  messages/s in {} out {}  rows/s {}  retained {}  state {}", title,
                    shown(rate_text(connections.total("messages_received"))),
                    shown(rate_text(connections.total("messages_sent"))), shown(rate_text(pipelines.total("rows_out"))),
                    bytes_text(sum(now.tables, "bytes")), bytes_text(sum(now.pipelines, "state_bytes")));
    const auto fitted = [&](const std::string& text) {
        return style.width == 0 ? text : cut_to_width(text, style.width, style.ascii);
    };
    std::vector<std::string> lines{fitted(head)};
    if (!problem.empty()) lines.push_back(in_tone(fitted(escape_controls(problem)), Tone::bad, style.in_color));

    append_table(
        lines,
        {{"CONNECTION", false, 10},
         {"STATE", false, 9},
         {"IN/S", true, 8},
         {"OUT/S", true, 7},
         {"BYTES/S", true, 4},
         {"LAST", true, 4},
         {"WAITING", true, 3},
         {"FAILED", true, 6},
         {"DROPPED", true, 5},
         {"RECONNECTS", true, 2},
         {"WHERE, OR WHAT IS WRONG", false, 3}},
        now.connections,
        [&](const StatusRow& row) {
            std::optional<double> bytes = connections.of(row, "bytes_received");
            if (bytes) *bytes += connections.of(row, "bytes_sent").value_or(0);
            return Cells{text_cell(row, "connection_name"),
                         state_cell(text_of(row, "connection_state")),
                         figure_cell(rate_text(connections.of(row, "messages_received"))),
                         figure_cell(rate_text(connections.of(row, "messages_sent"))),
                         figure_cell(bytes_text(bytes)),
                         duration_cell(row, "last_message_age_ms"),
                         count_cell(row, "pending_messages"),
                         alarm_cell(row, "messages_failed"),
                         alarm_cell(row, "messages_dropped"),
                         count_cell(row, "reconnect_count"),
                         either_cell(row, "state_reason", "endpoint")};
        },
        style);
    append_table(
        lines,
        {{"PIPELINE", false, 10},
         {"STATE", false, 9},
         {"IN/S", true, 8},
         {"OUT/S", true, 8},
         {"LAG", true, 6},
         {"LATE", true, 5},
         {"STATE ROWS", true, 3},
         {"SIZE", true, 4},
         {"ERRORS", true, 7},
         {"TO, OR THE LAST ERROR", false, 2}},
        now.pipelines,
        [&](const StatusRow& row) {
            return Cells{text_cell(row, "name"),
                         state_cell(text_of(row, "state")),
                         figure_cell(rate_text(pipelines.of(row, "rows_in"))),
                         figure_cell(rate_text(pipelines.of(row, "rows_out"))),
                         duration_cell(row, "lag_ms"),
                         alarm_cell(row, "late_rows"),
                         count_cell(row, "state_rows"),
                         figure_cell(bytes_text(number_of(row, "state_bytes"))),
                         alarm_cell(row, "errors"),
                         either_cell(row, "last_error", "sink")};
        },
        style);
    append_table(
        lines,
        {{"TABLE", false, 10},
         {"KIND", false, 3},
         {"IN/S", true, 8},
         {"ROWS", true, 7},
         {"SIZE", true, 6},
         {"RECEIVED", true, 4},
         {"EXPIRED", true, 2},
         {"CONNECTION", false, 5}},
        now.tables,
        [&](const StatusRow& row) {
            return Cells{text_cell(row, "name"),
                         text_cell(row, "kind", Tone::faint),
                         figure_cell(rate_text(tables.of(row, "rows_received"))),
                         count_cell(row, "rows"),
                         figure_cell(bytes_text(number_of(row, "bytes"))),
                         count_cell(row, "rows_received"),
                         count_cell(row, "rows_expired"),
                         text_cell(row, "connection", Tone::faint)};
        },
        style);
    return lines;
}

}  // namespace laminar
