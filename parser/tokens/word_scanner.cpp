#include "parser/tokens/word_scanner.h"

#include <cctype>

namespace laminar {
namespace {

bool is_word_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

WordScanner::Word WordScanner::next() {
    while (at_ < text_.size()) {
        const char c = text_[at_];
        const std::size_t begin = at_;
        if (std::isspace(static_cast<unsigned char>(c)) != 0) {
            ++at_;
        } else if (starts_with("--")) {
            if (!skip_past("\n")) return {text_.substr(begin), false, true};
        } else if (starts_with("/*")) {
            if (!skip_past("*/")) return {text_.substr(begin), false, true};
        } else if (c == '\'' || c == '"') {
            ++at_;
            const bool closed = skip_past(c == '"' ? "\"" : "'");
            return {text_.substr(begin, at_ - begin), c == '\'', !closed};
        } else {
            ++at_;
            while (is_word_character(c) && at_ < text_.size() && is_word_character(text_[at_])) ++at_;
            return {text_.substr(begin, at_ - begin)};
        }
    }
    return {};
}

bool WordScanner::skip_past(std::string_view end) {
    const std::size_t found = text_.find(end, at_);
    at_ = found == std::string_view::npos ? text_.size() : found + end.size();
    return found != std::string_view::npos;
}

}  // namespace laminar
