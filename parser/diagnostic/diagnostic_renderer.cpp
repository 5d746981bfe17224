#include "parser/diagnostic/diagnostic_renderer.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

#include "parser/text/credential_mask.h"
#include "parser/text/display_width.h"
#include "parser/text/utf8.h"

namespace laminar {
namespace {

constexpr std::size_t tab_stop = 4;
constexpr std::string_view cut_mark = "...";

/// One code point of a source line as it is shown: where it stands in the line's bytes and on the screen.
struct Cell {
    std::size_t byte = 0;
    std::size_t column = 0;
    std::size_t width = 0;
    std::string text;
};

/// What stands for a code point that must not be shown: one column, as the caret line assumes.
constexpr std::string_view unsafe_replacement = " ";

std::vector<Cell> lay_out(std::string_view line) {
    std::vector<Cell> cells;
    cells.reserve(line.size());
    std::size_t column = 0;
    for (std::size_t byte = 0; byte < line.size();) {
        const DecodedCodePoint decoded = decode_code_point(line.substr(byte));
        Cell cell{byte, column, 1, {}};
        if (decoded.value == '\t') {
            cell.width = tab_stop - column % tab_stop;
            cell.text.assign(cell.width, ' ');
        } else if (is_unsafe_to_show(decoded.value)) {
            cell.text = unsafe_replacement;
        } else if (decoded.value == 0xFFFD) {
            cell.text = "\xEF\xBF\xBD";  // Also for the bytes that are not UTF-8.
        } else {
            cell.width = display_width(decoded.value);
            cell.text = line.substr(byte, decoded.length);
        }
        column += cell.width;
        byte += decoded.length;
        cells.push_back(std::move(cell));
    }
    return cells;
}

std::size_t end_column(const std::vector<Cell>& cells) {
    return cells.empty() ? 0 : cells.back().column + cells.back().width;
}

/// Screen column at which a byte of the line is shown; the end of the line for bytes beyond it.
std::size_t column_of(const std::vector<Cell>& cells, std::size_t byte) {
    const auto next = std::upper_bound(cells.begin(), cells.end(), byte,
                                       [](std::size_t value, const Cell& cell) { return value < cell.byte; });
    if (next == cells.begin()) return 0;
    const Cell& cell = *std::prev(next);
    if (next == cells.end() && byte > cell.byte) return cell.column + cell.width;
    return cell.column;
}

/// A half-open range of screen columns.
struct Columns {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// The part of a line to show so that the marked columns are seen within the width.
Columns choose_window(std::size_t total, Columns marked, std::size_t width) {
    if (total <= width && marked.begin < std::max<std::size_t>(width, 1)) return {0, total};
    const std::size_t room = std::max<std::size_t>(width, 20) - 2 * cut_mark.size();
    // A third of the room before the mark: what follows usually says more.
    std::size_t begin = marked.begin > room / 3 ? marked.begin - room / 3 : 0;
    const std::size_t latest = total > room ? total - room : 0;
    begin = std::min(begin, latest);
    return {begin, std::min(begin + room, total)};
}

struct MarkedLine {
    std::string text;
    std::string carets;
};

/// Generated SQL may be one line of many megabytes; only the neighbourhood of the mark is laid out.
struct Neighbourhood {
    std::size_t begin = 0;
    std::size_t end = 0;
};

Neighbourhood neighbourhood_of(std::string_view line, std::size_t byte, std::size_t width) {
    const std::size_t reach = 4 * std::max<std::size_t>(width, 256);  // A code point takes four bytes at most.
    const auto is_continuation = [&](std::size_t at) { return at < line.size() && (line[at] & 0xC0) == 0x80; };
    byte = std::min(byte, line.size());
    std::size_t begin = byte - std::min(byte, reach);
    std::size_t end = std::min(line.size(), byte + reach);
    while (begin > 0 && begin < byte && is_continuation(begin)) ++begin;
    while (end > byte && is_continuation(end)) --end;
    return {begin, end};
}

/// A line without its credentials. A literal may have begun on another line, so that all of the text has to be looked
/// at: once for the diagnostics of one text, which come together.
std::string_view shown_line(const SourceTextPtr& source, std::uint32_t number) {
    thread_local std::weak_ptr<const SourceText> latest;
    thread_local std::string shown;
    if (latest.lock() != source) {
        shown = mask_credentials(source->text());
        latest = source;
    }
    return std::string_view(shown).substr(source->line_begin(number), source->line(number).size());
}

MarkedLine mark_line(std::string_view whole_line, std::size_t begin_byte, std::size_t end_byte, std::size_t width) {
    const Neighbourhood near = neighbourhood_of(whole_line, begin_byte, width);
    const std::string_view line = whole_line.substr(near.begin, near.end - near.begin);
    begin_byte -= near.begin;
    end_byte -= near.begin;
    const std::vector<Cell> cells = lay_out(line);
    const std::size_t total = end_column(cells);
    Columns marked{column_of(cells, begin_byte), column_of(cells, end_byte)};
    // An empty span, and one of combining marks alone, still gets its caret.
    marked.end = std::max(marked.end, marked.begin + 1);
    const Columns window = choose_window(total, marked, width);

    MarkedLine result;
    if (window.begin > 0 || near.begin > 0) result.text = cut_mark;
    const std::size_t shift = result.text.size();
    std::size_t shown = 0;
    for (const Cell& cell : cells) {
        if (cell.column < window.begin || cell.column + cell.width > window.end) continue;
        // A wide character cut at the left edge leaves a hole that keeps the columns aligned.
        const std::size_t expected = cell.column - window.begin;
        if (shown < expected) result.text.append(expected - shown, ' ');
        result.text += cell.text;
        shown = expected + cell.width;
    }
    if (window.end < total || near.end < whole_line.size()) result.text += cut_mark;
    const std::size_t caret_begin = std::max(marked.begin, window.begin) - window.begin;
    const std::size_t visible_end = std::max(window.end, marked.begin + 1);
    const std::size_t caret_end = std::min(marked.end, visible_end) - window.begin;
    result.carets = std::string(shift + caret_begin, ' ') + std::string(caret_end - caret_begin, '^');
    return result;
}

/// Messages may quote what a peer or a file said, so they are made safe as the source line is. Line breaks are kept and
/// continued at the given indentation.
std::string make_safe(std::string_view text, std::size_t indentation) {
    std::string safe;
    safe.reserve(text.size());
    while (!text.empty()) {
        const DecodedCodePoint decoded = decode_code_point(text);
        if (decoded.value == '\n') {
            safe += '\n';
            safe.append(indentation, ' ');
        } else if (is_unsafe_to_show(decoded.value)) {
            safe += unsafe_replacement;
        } else if (decoded.value == 0xFFFD) {
            safe += "\xEF\xBF\xBD";
        } else {
            safe += text.substr(0, decoded.length);
        }
        text.remove_prefix(decoded.length);
    }
    return safe;
}

std::string_view severity_word(Severity severity) {
    switch (severity) {
        case Severity::note:
            return "note";
        case Severity::warning:
            return "warning";
        case Severity::error:
            return "error";
    }
    return "error";
}

/// ANSI sequences, or nothing at all without colour.
struct Palette {
    std::string_view strong, severity, frame, reset;
};

Palette palette_for(Severity severity, bool color) {
    if (!color) return {};
    const std::string_view shade = severity == Severity::error     ? "\033[1;31m"
                                   : severity == Severity::warning ? "\033[1;33m"
                                                                   : "\033[1;36m";
    return {"\033[1m", shade, "\033[1;34m", "\033[0m"};
}

}  // namespace

std::string render_diagnostic(const Diagnostic& diagnostic, const RenderOptions& options) {
    const Palette palette = palette_for(diagnostic.severity, options.color);
    std::string out;
    SourcePosition position;
    if (diagnostic.source) {
        position = diagnostic.source->position(diagnostic.span.begin);
        out += fmt::format("{}{}:{}:{}:{} ", palette.strong, make_safe(diagnostic.source->name(), 0), position.line,
                           position.column, palette.reset);
    }
    out += fmt::format("{}{}[{}]:{} {}{}{}\n", palette.severity, severity_word(diagnostic.severity),
                       diagnostic_code_text(diagnostic.code), palette.reset, palette.strong,
                       make_safe(diagnostic.message, 4), palette.reset);

    std::size_t gutter = 2;
    if (diagnostic.source) {
        const std::string number = fmt::format("{}", position.line);
        gutter = number.size() + 1;
        const std::size_t frame_width = gutter + 3;
        const std::size_t width = options.max_width > frame_width ? options.max_width - frame_width : 0;
        const std::size_t line_begin = diagnostic.source->line_begin(position.line);
        const std::size_t begin = diagnostic.span.begin - std::min<std::size_t>(diagnostic.span.begin, line_begin);
        const std::size_t end = std::max(diagnostic.span.begin, diagnostic.span.end) - line_begin;
        const MarkedLine marked = mark_line(shown_line(diagnostic.source, position.line), begin, end, width);
        const std::string_view gap = marked.text.empty() ? "" : " ";
        out += fmt::format("{} {} |{}{}{}\n", palette.frame, number, palette.reset, gap, marked.text);
        out += fmt::format("{}{} |{} {}{}{}\n", palette.frame, std::string(gutter, ' '), palette.reset,
                           palette.severity, marked.carets, palette.reset);
    }
    if (!diagnostic.hint.empty()) {
        const std::string indent(gutter, ' ');
        out += fmt::format("{}{} ={} {}hint:{} {}\n", palette.frame, indent, palette.reset, palette.strong,
                           palette.reset, make_safe(diagnostic.hint, gutter + 9));
    }
    return out;
}

}  // namespace laminar
