#pragma once

#include <string>
#include <string_view>

#include "catalog/options/message_condition.h"
#include "connectors/codec/json/json_text.h"
#include "connectors/codec/values/number_text.h"
#include "parser/text/ascii.h"

namespace laminar {

// Whether what a message has at a place is what a condition wants there. Asked for every message: not worth a call.

[[nodiscard]] inline bool fits_text(const ConditionValue& wanted, std::string_view text) {
    using Kind = ConditionValue::Kind;
    return wanted.kind == Kind::text_start ? text.starts_with(wanted.text)
                                           : wanted.kind == Kind::text && text == wanted.text;
}

/// found: a scalar as it stands in the message, or the bracket of what is none. scratch: memory to use.
[[nodiscard]] inline bool fits_json(const ConditionValue& wanted, std::string_view found, std::string& scratch) {
    using Kind = ConditionValue::Kind;
    switch (wanted.kind) {
        case Kind::text:
        case Kind::text_start:
            return found.front() == '"' && fits_text(wanted, json_string_content(found, scratch));
        case Kind::number:
            return (found.front() == '-' || is_digit(found.front())) && is_same_number(found, wanted.text);
        case Kind::boolean:
        case Kind::null:
            break;
    }
    return found == wanted.text;
}

}  // namespace laminar
