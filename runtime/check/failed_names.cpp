#include "runtime/check/failed_names.h"

#include <algorithm>
#include <array>
#include <optional>
#include <variant>

#include "parser/text/ascii.h"
#include "parser/tokens/word_scanner.h"

namespace laminar {
namespace {

/// The next word that is neither string nor comment; empty at the end.
std::string_view next_name(WordScanner& scanner) {
    while (true) {
        const WordScanner::Word word = scanner.next();
        const bool comment = word.text.starts_with("--") || word.text.starts_with("/*");
        if (!word.string && !comment) return word.text;
    }
}

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
    std::string_view word = next_name(scanner);
    while (!word.empty()) {
        if (!equals_ignoring_case(word, "create")) {
            word = next_name(scanner);
            continue;
        }
        word = next_name(scanner);
        if (equals_ignoring_case(word, "or")) {
            next_name(scanner);
            word = next_name(scanner);
        }
        if (!is_object_kind(word)) continue;
        word = next_name(scanner);
        if (equals_ignoring_case(word, "if")) {
            next_name(scanner);
            next_name(scanner);
            word = next_name(scanner);
        }
        if (!word.empty()) names_.insert(plain_name(word));
    }
}

bool FailedNames::explain(const Diagnostic& diagnostic) const {
    if (!diagnostic.source || !says_object_is_missing(diagnostic.code)) return false;
    // The span may be of more than the name: of a call with its arguments, say. Its first word is the name.
    WordScanner scanner(diagnostic.source->slice(diagnostic.span));
    std::string_view word = next_name(scanner);
    if (word.empty()) word = diagnostic.source->slice(diagnostic.span);
    return names_.contains(plain_name(word));
}

}  // namespace laminar
