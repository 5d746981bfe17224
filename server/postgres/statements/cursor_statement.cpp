#include "server/postgres/statements/cursor_statement.h"

#include <algorithm>
#include <charconv>

#include "parser/text/ascii.h"
#include "parser/tokens/lexical_forms.h"

namespace laminar::postgres {

namespace {

/// Takes words from the front of a statement; what follows them is not looked at.
class WordTaker {
public:
    explicit WordTaker(std::string_view text) : text_(text) { skip_blank(); }

    bool take(std::string_view word) {
        const std::string_view next = text_.substr(at_, end_of_word() - at_);
        if (!equals_ignoring_case(next, word)) return false;
        pass(end_of_word());
        return true;
    }
    /// A name; empty: there is none.
    std::string take_name() {
        std::string name;
        if (at_ < text_.size() && text_[at_] == '"') {
            const std::size_t end = end_of_quoted(text_, at_);
            if (end == not_closed) return {};
            for (std::size_t i = at_ + 1; i + 1 < end; ++i) {
                name += text_[i];
                if (text_[i] == '"') ++i;
            }
            pass(end);
            return name;
        }
        const std::size_t end = end_of_word();
        if (end > at_ && is_digit(text_[at_])) return {};
        name = fold_case(text_.substr(at_, end - at_));
        pass(end);
        return name;
    }
    std::optional<std::uint64_t> take_number() {
        std::uint64_t number = 0;
        const auto read = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
        if (read.ec != std::errc()) return std::nullopt;
        pass(static_cast<std::size_t>(read.ptr - text_.data()));
        return number;
    }
    [[nodiscard]] bool is_at(char c) const noexcept { return at_ < text_.size() && text_[at_] == c; }
    [[nodiscard]] bool is_at_end() const noexcept { return at_ == text_.size(); }
    [[nodiscard]] std::size_t at() const noexcept { return at_; }

private:
    [[nodiscard]] std::size_t end_of_word() const noexcept {
        std::size_t end = at_;
        while (end < text_.size() && is_name_byte(text_[end])) ++end;
        return end;
    }
    void pass(std::size_t end) {
        at_ = end;
        skip_blank();
    }
    void skip_blank() {
        while (at_ < text_.size()) {
            if (std::string_view(" \t\n\r\f\v").find(text_[at_]) != std::string_view::npos) {
                ++at_;
            } else if (text_.substr(at_, 2) == "--") {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (text_.substr(at_, 2) == "/*") {
                at_ = std::min(end_of_block_comment(text_, at_), text_.size());
            } else {
                return;
            }
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

std::optional<CursorStatement> parse_declare(std::string_view statement, WordTaker words,
                                             std::optional<ErrorMessage>& error) {
    CursorStatement cursor;
    cursor.declares = true;
    cursor.name = words.take_name();
    if (cursor.name.empty()) return std::nullopt;
    bool scrolls = false;
    while (!words.take("cursor")) {
        if (words.take("no")) {
            if (!words.take("scroll")) return std::nullopt;
        } else if (words.take("scroll")) {
            scrolls = true;
        } else if (!words.take("binary") && !words.take("insensitive") && !words.take("asensitive")) {
            return std::nullopt;
        }
    }
    if (words.take("with")) {
        cursor.holds = true;
        if (!words.take("hold")) return std::nullopt;
    } else if (words.take("without") && !words.take("hold")) {
        return std::nullopt;
    }
    if (!words.take("for")) return std::nullopt;
    if (scrolls) error = ErrorMessage{.state = "0A000", .message = "cursors go forward only: there is no SCROLL"};
    cursor.query_begin = words.at();
    cursor.query = statement.substr(words.at());
    return cursor;
}

std::optional<CursorStatement> parse_fetch(WordTaker words, std::optional<ErrorMessage>& error) {
    CursorStatement cursor;
    for (const char* direction : {"prior", "first", "last", "absolute", "relative", "backward"}) {
        if (!words.take(direction)) continue;
        error = ErrorMessage{
            .state = "0A000", .message = "cursors go forward only", .hint = "FETCH FORWARD count FROM name"};
        return cursor;
    }
    if (words.is_at('-')) {
        error = ErrorMessage{
            .state = "0A000", .message = "cursors go forward only", .hint = "FETCH FORWARD count FROM name"};
        return cursor;
    }
    if (!words.take("next")) {
        (void)words.take("forward");
        if (words.take("all"))
            cursor.count = std::nullopt;
        else if (const std::optional<std::uint64_t> count = words.take_number())
            cursor.count = *count;
    }
    if (!words.take("from")) (void)words.take("in");
    cursor.name = words.take_name();
    if (cursor.name.empty() || !words.is_at_end()) return std::nullopt;
    return cursor;
}

}  // namespace

std::optional<CursorStatement> parse_cursor(std::string_view statement, std::optional<ErrorMessage>& error) {
    WordTaker words(statement);
    if (words.take("declare")) return parse_declare(statement, words, error);
    if (words.take("fetch")) return parse_fetch(words, error);
    return std::nullopt;
}

}  // namespace laminar::postgres
