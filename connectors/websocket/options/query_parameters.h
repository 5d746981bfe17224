#pragma once

#include <string>
#include <string_view>

namespace laminar {

/// The parameters after the question mark of a request's target, as a JSON object of strings: "/feed?room=a%20b" gives
/// {"room":"a b"}. Percent signs and plus signs are decoded (application/x-www-form-urlencoded); bytes that are not
/// UTF-8 become U+FFFD. Of a parameter given twice the last counts; one without a value is an empty string. Empty:
/// there are none.
[[nodiscard]] std::string query_parameters_json(std::string_view target);

}  // namespace laminar
