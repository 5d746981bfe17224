#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace laminar {

/// Types of values in expressions of options. json is whatever a message has at a place: where a text is wanted, the
/// characters of a string and the JSON of anything else; where a number is wanted, a number.
enum class ComputedType : std::uint8_t { null, boolean, bigint, real, varchar, blob, timestamp, json };

/// "a VARCHAR", "NULL", ...: for messages.
[[nodiscard]] std::string_view describe(ComputedType type) noexcept;

enum class ComputedOperation : std::uint8_t {
    literal,
    secret,            ///< SECRET('name'): text is the name.
    next_id,           ///< NEXT_ID()
    resume,            ///< RESUME()
    received,          ///< RECEIVED('$.path'): path is its steps.
    received_message,  ///< RECEIVED(): all of it.
    message_id,        ///< ${message_id}
    now,
    uuid,
    epoch,
    epoch_ms,
    epoch_us,
    epoch_ns,
    strftime,
    md5,
    sha1,
    sha256,
    sha384,
    sha512,
    hmac_sha1,
    hmac_sha256,
    hmac_sha384,
    hmac_sha512,
    to_base64,
    from_base64,
    to_hex,
    from_hex,
    encode,
    decode,
    url_encode,
    url_decode,
    upper,
    lower,
    trim,
    replace,
    substring,
    pad_left,
    pad_right,
    length,
    octet_length,
    concatenate,  ///< ||: NULL if a part is NULL.
    concat,       ///< CONCAT(): NULL parts are left out.
    coalesce,
    to_json,
    json_object,  ///< Operands are keys and values by turns.
    json_array,
    choose,           ///< CASE: conditions and results by turns; one more is ELSE.
    choose_by_value,  ///< CASE x: x, then values and results by turns; one more is ELSE.
    cast,
    try_cast,
    negate,
    add,
    subtract,
    multiply,
    divide,
    divide_whole,
    remainder,
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    conjunction,
    disjunction,
    negation,
    is_null,
    is_not_null
};

/// An expression of an option, bound: its functions are known, its types fit. Plain data.
struct ComputedExpression {
    ComputedOperation operation = ComputedOperation::literal;
    ComputedType type = ComputedType::null;
    /// Of a literal its value, a number as JSON writes it; of a call its name, for messages; of SECRET the secret's
    /// name.
    std::string text;
    std::vector<std::string> path;
    std::vector<ComputedExpression> operands;
};

}  // namespace laminar
