#include "connectors/matching/condition_fit.h"

#include "connectors/codec/json/json_text.h"
#include "connectors/codec/values/number_text.h"
#include "parser/text/ascii.h"

namespace laminar {

using Kind = ConditionValue::Kind;

bool fits_text(const ConditionValue& wanted, std::string_view text) {
    return wanted.kind == Kind::text_start ? text.starts_with(wanted.text)
                                           : wanted.kind == Kind::text && text == wanted.text;
}

bool fits_json(const ConditionValue& wanted, std::string_view found, std::string& scratch) {
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
