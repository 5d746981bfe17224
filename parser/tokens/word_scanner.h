#pragma once

#include <string_view>

namespace laminar {

/// Reads the words, quoted names and signs of a text one by one, passing over comments. Never fails: what is not closed
/// ends with the text. The text must outlive it.
class WordScanner {
public:
    struct Word {
        std::string_view text;  ///< As written, quotes included. Empty at the end.
        bool string = false;    ///< In single quotes.
        bool unclosed = false;  ///< A string, quoted name or comment that is open at the end.
    };

    explicit WordScanner(std::string_view text) : text_(text) {}

    [[nodiscard]] Word next();

private:
    [[nodiscard]] bool starts_with(std::string_view prefix) const { return text_.substr(at_).starts_with(prefix); }
    /// False when end does not come any more.
    bool skip_past(std::string_view end);

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace laminar
