#include "cli/cluster/flink_statements.h"

#include <cstddef>

#include "parser/text/ascii.h"

namespace laminar {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

class Splitter {
public:
    explicit Splitter(std::string_view script) : script_(script) {}

    std::vector<std::string> split() {
        while (at_ < script_.size()) take();
        end_statement();
        return std::move(statements_);
    }

private:
    void take() {
        const char c = script_[at_];
        if (starts_with("--")) {
            skip_to("\n");
        } else if (starts_with("/*")) {
            skip_to("*/");
        } else if (c == '\'' || c == '`' || c == '"') {
            take_quoted(c);
        } else if (is_word(c)) {
            take_word();
        } else if (c == ';' && !is_in_set_) {
            ++at_;
            end_statement();
        } else {
            if (!statement_.empty() || !is_space(c)) statement_.push_back(c);
            ++at_;
        }
    }

    [[nodiscard]] bool starts_with(std::string_view text) const { return script_.substr(at_).starts_with(text); }

    /// A comment separates words as a space does.
    void skip_to(std::string_view end) {
        const std::size_t found = script_.find(end, at_);
        at_ = found == std::string_view::npos ? script_.size() : found + end.size();
        if (!statement_.empty()) statement_.push_back(end == "\n" ? '\n' : ' ');
    }

    /// A quote within is doubled, which is the end of one part and the beginning of the next.
    void take_quoted(char quote) {
        const std::size_t end = script_.find(quote, at_ + 1);
        const std::size_t next = end == std::string_view::npos ? script_.size() : end + 1;
        statement_.append(script_.substr(at_, next - at_));
        at_ = next;
    }

    /// EXECUTE STATEMENT SET BEGIN ... ; END, or as clients write it: BEGIN STATEMENT SET; ... ; END.
    void take_word() {
        const std::size_t begin = at_;
        while (at_ < script_.size() && is_word(script_[at_])) ++at_;
        const std::string_view word = script_.substr(begin, at_ - begin);
        if (equals_ignoring_case(word, "BEGIN")) is_in_set_ = true;
        if (equals_ignoring_case(word, "END") && cases_ == 0) is_in_set_ = false;
        // The END of a CASE ends no set.
        if (equals_ignoring_case(word, "CASE")) ++cases_;
        if (equals_ignoring_case(word, "END") && cases_ > 0) --cases_;
        statement_.append(word);
    }

    void end_statement() {
        while (!statement_.empty() && is_space(statement_.back())) statement_.pop_back();
        if (!statement_.empty()) statements_.push_back(std::move(statement_));
        statement_.clear();
        cases_ = 0;
    }

    std::string_view script_;
    std::size_t at_ = 0;
    std::string statement_;
    std::vector<std::string> statements_;
    bool is_in_set_ = false;
    std::size_t cases_ = 0;  ///< Those that are open.
};

}  // namespace

std::vector<std::string> flink_statements(std::string_view script) { return Splitter(script).split(); }

std::string flink_literal(std::string_view text) {
    std::string literal = "'";
    for (const char c : text) {
        if (c == '\'') literal.push_back(c);
        literal.push_back(c);
    }
    literal.push_back('\'');
    return literal;
}

}  // namespace laminar
