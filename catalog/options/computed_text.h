#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/options/computed_expression.h"

namespace laminar {

/// A text of a connection: as it is written, or an expression that is evaluated anew for each use. Immutable but for
/// assignment; copies share the expression.
class ComputedText {
public:
    ComputedText() = default;
    ComputedText(std::string text) : text_(std::move(text)) {}  // NOLINT: implicit by design
    ComputedText(const char* text) : text_(text) {}             // NOLINT: implicit by design
    /// sql: what was written.
    ComputedText(ComputedExpression expression, std::string sql)
        : text_(std::move(sql)), expression_(std::make_shared<const ComputedExpression>(std::move(expression))) {}

    /// Null: it is as it is written.
    [[nodiscard]] const ComputedExpression* expression() const noexcept { return expression_.get(); }
    /// The text, or the SQL of the expression.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// As SQL.
    [[nodiscard]] std::string to_sql() const;
    /// The constant text that its value begins with.
    [[nodiscard]] std::string_view beginning() const noexcept;
    /// Whether it takes what ${name} stands for, written so or as a call.
    [[nodiscard]] bool mentions(std::string_view placeholder) const;
    /// Of its calls of SECRET, each once. Texts as they are written refer to secrets by ${secret:name}.
    [[nodiscard]] std::vector<std::string> secret_names() const;

    /// The same with the values of these secrets.
    [[nodiscard]] ComputedText with_secrets(std::vector<std::pair<std::string, std::string>> values) const;
    /// Null when it has not been given.
    [[nodiscard]] const std::string* find_secret(std::string_view name) const noexcept;

    friend bool operator==(const ComputedText& one, const ComputedText& other) {
        return one.text_ == other.text_ && !one.expression_ == !other.expression_ && one.secrets_ == other.secrets_;
    }

private:
    std::string text_;
    std::shared_ptr<const ComputedExpression> expression_;
    std::vector<std::pair<std::string, std::string>> secrets_;
};

using ComputedList = std::vector<ComputedText>;
using ComputedMap = std::vector<std::pair<std::string, ComputedText>>;

}  // namespace laminar
