#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "catalog/options/option_schema.h"
#include "parser/diagnostic/diagnostic_codes.h"

namespace laminar {

/// Why a text breaks its rule.
struct TextRuleViolation {
    DiagnosticCode code = DiagnosticCode::option_not_allowed_value;
    std::string message;     ///< Continues 'option "x" ': "must start with /".
    std::string hint;        ///< May be empty.
    std::size_t offset = 0;  ///< The offending part of the text; length 0 for all of it.
    std::size_t length = 0;
};

/// Checks one text. What depends on a secret's value is left to the time when it is resolved.
[[nodiscard]] std::optional<TextRuleViolation> check_text(TextRule rule, std::string_view text);
/// Checks one entry of a map.
[[nodiscard]] std::optional<TextRuleViolation> check_entry(TextRule rule, std::string_view key, std::string_view value);

/// Whether a header of a request may have that value (RFC 9110 section 5.5): for those that hold secrets, once they are
/// resolved.
[[nodiscard]] bool is_header_value(std::string_view value) noexcept;

}  // namespace laminar
