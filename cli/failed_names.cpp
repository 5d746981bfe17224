#include "cli/failed_names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <variant>

#include "catalog/catalog.h"

namespace laminar {
namespace {

bool is_word_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
}

/// Reads words and quoted names of a text one by one; strings and comments are passed over.
class WordScanner {
public:
    explicit WordScanner(std::string_view text) : text_(text) {}

    /// Empty at the end. Any other character is a word of its own.
    std::string_view next() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (std::isspace(static_cast<unsigned char>(c)) != 0) {
                ++at_;
            } else if (starts_with("--")) {
                skip_past("\n");
            } else if (starts_with("/*")) {
                skip_past("*/");
            } else if (c == '\'') {
                ++at_;
                skip_past("'");
            } else if (c == '"') {
                const std::size_t begin = at_++;
                skip_past("\"");
                return text_.substr(begin, at_ - begin);
            } else {
                const std::size_t begin = at_++;
                while (is_word_character(c) && at_ < text_.size() && is_word_character(text_[at_])) ++at_;
                return text_.substr(begin, at_ - begin);
            }
        }
        return {};
    }

private:
    [[nodiscard]] bool starts_with(std::string_view prefix) const { return text_.substr(at_).starts_with(prefix); }
    void skip_past(std::string_view end) {
        const std::size_t found = text_.find(end, at_);
        at_ = found == std::string_view::npos ? text_.size() : found + end.size();
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

/// A name as it is looked up: without quotes, case folded.
std::string plain_name(std::string_view word) {
    if (word.size() >= 2 && word.front() == word.back() && (word.front() == '"' || word.front() == '\'')) {
        word = word.substr(1, word.size() - 2);
    }
    return fold_case(word);
}

std::optional<std::string> created_name(const ast::Statement& statement) {
    return std::visit(
        []<class Node>(const Node& node) -> std::optional<std::string> {
            if constexpr (requires { node.if_not_exists; }) {
                return fold_case(node.name.text);
            } else {
                return std::nullopt;
            }
        },
        statement.node);
}

bool is_object_kind(std::string_view word) {
    constexpr std::array<std::string_view, 5> kinds{"connection", "table", "view", "pipeline", "function"};
    return std::any_of(kinds.begin(), kinds.end(),
                       [&](std::string_view kind) { return equals_ignoring_case(word, kind); });
}

bool says_object_is_missing(DiagnosticCode code) {
    return code == DiagnosticCode::unknown_object || code == DiagnosticCode::unknown_relation ||
           code == DiagnosticCode::unknown_function;
}

}  // namespace

void FailedNames::add(const ast::Statement& statement) {
    if (auto name = created_name(statement)) names_.insert(std::move(*name));
}

void FailedNames::add_all_created_in(std::string_view text) {
    WordScanner scanner(text);
    std::string_view word = scanner.next();
    while (!word.empty()) {
        if (!equals_ignoring_case(word, "create")) {
            word = scanner.next();
            continue;
        }
        word = scanner.next();
        if (equals_ignoring_case(word, "or")) {
            scanner.next();
            word = scanner.next();
        }
        if (!is_object_kind(word)) continue;
        word = scanner.next();
        if (equals_ignoring_case(word, "if")) {
            scanner.next();
            scanner.next();
            word = scanner.next();
        }
        if (!word.empty()) names_.insert(plain_name(word));
    }
}

bool FailedNames::explain(const Diagnostic& diagnostic) const {
    if (!diagnostic.source || !says_object_is_missing(diagnostic.code)) return false;
    // The span may be of more than the name: of a call with its arguments, say. Its first word is the name.
    WordScanner scanner(diagnostic.source->slice(diagnostic.span));
    std::string_view word = scanner.next();
    if (word.empty()) word = diagnostic.source->slice(diagnostic.span);
    return names_.contains(plain_name(word));
}

}  // namespace laminar
