#include "server/postgres/session/copy_rows.h"

#include <algorithm>
#include <utility>

#include "parser/text/ascii.h"

namespace laminar::postgres {

namespace {

constexpr std::string_view escapes = "\b\f\n\r\t\v";
constexpr std::string_view escape_letters = "bfnrtv";

void append_text_field(std::string& out, const CopyFormat& format, std::string_view value) {
    for (const char c : value) {
        const std::size_t escape = escapes.find(c);
        if (escape != std::string_view::npos) {
            out += '\\';
            out += escape_letters[escape];
            continue;
        }
        if (c == '\\' || c == format.delimiter) out += '\\';
        out += c;
    }
}

/// What stands behind a backslash: a letter of the above, the number of a byte (101, x41), or a byte itself. How many
/// bytes of the text say it.
std::size_t append_escape(std::string& value, std::string_view text) {
    const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
    std::size_t size = 0;
    unsigned number = 0;
    for (; size < std::min<std::size_t>(text.size(), 3) && is_octal(text[size]); ++size)
        number = number * 8 + static_cast<unsigned>(text[size] - '0');
    if (size == 0 && text.front() == 'x') {
        size = 1;
        for (; size < std::min<std::size_t>(text.size(), 3) && hexadecimal_digit(text[size]) >= 0; ++size)
            number = number * 16 + static_cast<unsigned>(hexadecimal_digit(text[size]));
        if (size == 1) size = 0;
    }
    if (size > 0) {
        value += static_cast<char>(static_cast<unsigned char>(number));
        return size;
    }
    const std::size_t letter = escape_letters.find(text.front());
    value += letter == std::string_view::npos ? text.front() : escapes[letter];
    return 1;
}

void append_csv_field(std::string& out, const CopyFormat& format, std::string_view value) {
    const bool needs_quotes =
        value == format.null || value == "\\." || std::any_of(value.begin(), value.end(), [&](char c) {
            return c == format.delimiter || c == format.quote || c == '\n' || c == '\r';
        });
    if (!needs_quotes) {
        out += value;
        return;
    }
    out += format.quote;
    for (const char c : value) {
        if (c == format.quote) out += c;
        out += c;
    }
    out += format.quote;
}

}  // namespace

void append_copy_line(std::string& out, const CopyFormat& format,
                      const std::vector<std::optional<std::string>>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i > 0) out += format.delimiter;
        if (!values[i]) {
            out += format.null;
        } else if (format.is_csv) {
            append_csv_field(out, format, *values[i]);
        } else {
            append_text_field(out, format, *values[i]);
        }
    }
    out += '\n';
}

CopyReader::CopyReader(std::string_view text, const CopyFormat& format) : rest_(text), format_(format) {
    if (format.has_header) (void)next();
}

std::optional<CopyReader::Row> CopyReader::next() {
    line_ += std::exchange(lines_ahead_, 0) + 1;
    // The mark of the end that older clients send.
    if (rest_.empty() || rest_ == "\\." || rest_.starts_with("\\.\n") || rest_.starts_with("\\.\r\n"))
        return std::nullopt;
    return format_.is_csv ? next_csv() : next_text();
}

std::optional<CopyReader::Row> CopyReader::next_text() {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    Row row;
    std::size_t at = 0;
    while (true) {
        const std::size_t begin = at;
        std::string value;
        for (; at < line.size() && line[at] != format_.delimiter; ++at) {
            if (line[at] != '\\') {
                value += line[at];
                continue;
            }
            if (++at == line.size()) {
                problem_ = "a backslash stands at the end of a line";
                return std::nullopt;
            }
            at += append_escape(value, line.substr(at)) - 1;
        }
        if (line.substr(begin, at - begin) == format_.null)
            row.push_back(std::nullopt);
        else
            row.push_back(std::move(value));
        if (at == line.size()) return row;
        ++at;
    }
}

std::optional<CopyReader::Row> CopyReader::next_csv() {
    Row row;
    while (true) {
        std::string value;
        bool was_quoted = false;
        std::size_t at = 0;
        bool in_quotes = false;
        for (; at < rest_.size(); ++at) {
            const char c = rest_[at];
            if (in_quotes) {
                if (c == format_.quote && rest_.substr(at + 1, 1) == std::string_view(&format_.quote, 1)) {
                    ++at;
                } else if (c == format_.quote) {
                    in_quotes = false;
                    continue;
                }
                lines_ahead_ += rest_[at] == '\n' ? 1 : 0;
                value += c;
                continue;
            }
            if (c == format_.quote) {
                in_quotes = was_quoted = true;
                continue;
            }
            if (c == format_.delimiter || c == '\n') break;
            value += c;
        }
        if (in_quotes) {
            problem_ = "a quote is not closed";
            return std::nullopt;
        }
        const bool goes_on = at < rest_.size() && rest_[at] == format_.delimiter;
        if (!goes_on && !was_quoted && value.ends_with('\r')) value.pop_back();
        rest_.remove_prefix(std::min(at + 1, rest_.size()));
        if (!was_quoted && value == format_.null)
            row.push_back(std::nullopt);
        else
            row.push_back(std::move(value));
        if (!goes_on) return row;
    }
}

}  // namespace laminar::postgres
