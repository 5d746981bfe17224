#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "catalog/expressions/expression_binder.h"
#include "catalog/options/computed_text.h"
#include "catalog/options/option_schema.h"
#include "catalog/options/option_text_rules.h"
#include "parser/ast/option.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

/// Reads the texts of one option, each by itself, and checks them by the option's facts. Texts of an option that is not
/// computed are never expressions. Members report what is wrong and return nullopt then.
class OptionTextReader {
public:
    OptionTextReader(const OptionDeclaration& option, Diagnostics& diagnostics)
        : option_(option), diagnostics_(diagnostics) {}

    /// A text as it stands, JSON as its text where the option takes that, or an expression.
    std::optional<ComputedText> read(const ast::OptionValue& value, ExpressionPlace place = {});
    /// An entry of a map, whose values may be numbers and booleans, too: their text is meant.
    std::optional<ComputedText> read_entry(const ast::OptionValue& key, const std::string& key_text,
                                           const ast::OptionValue& value);

private:
    void report(const TextRuleViolation& violation, const ast::OptionValue& value, std::size_t text_size);
    bool check(const ast::OptionValue& value, const std::string& text);
    void warn_of_templates(const ast::OptionValue& value, std::string_view text);
    bool check_placeholders_in(const ast::OptionValue& value, std::string_view text);
    std::optional<ComputedText> read_expression(const ast::OptionValue& value, ExpressionPlace place);
    std::optional<std::string> entry_text(std::string_view key, const ast::OptionValue& value);

    const OptionDeclaration& option_;
    Diagnostics& diagnostics_;
};

/// The text of a string or a bare word; null for other values.
[[nodiscard]] const std::string* text_of(const ast::OptionValue& value);

/// 'option "x" must be a string, not an integer', with the option's example where there is no better hint.
void report_wrong_type(const OptionDeclaration& option, const ast::OptionValue& value, std::string_view wanted,
                       std::string hint, Diagnostics& diagnostics);

}  // namespace laminar
