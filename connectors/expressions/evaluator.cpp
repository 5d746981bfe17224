#include "connectors/expressions/evaluator.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "connectors/codec/json/json_encoder.h"
#include "connectors/codec/json/json_lookup.h"
#include "connectors/codec/json/json_text.h"
#include "connectors/codec/values/uuid_text.h"
#include "parser/text/utf8.h"

namespace laminar {
namespace {

using Operation = ComputedOperation;
using Type = ComputedType;

/// RFC 9562, version 4.
std::string random_uuid() {
    std::array<unsigned char, 16> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        throw EvaluationError("UUID(): the system has no random bytes");
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x40U);
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
    std::string text;
    for (std::size_t index = 0; index < bytes.size(); ++index) {
        if (index == 4 || index == 6 || index == 8 || index == 10) text += '-';
        text += fmt::format("{:02x}", bytes[index]);
    }
    return text;
}

/// Whether what is made of a secret no longer shows that secret's characters.
bool hides_operands(Operation operation) { return operation >= Operation::md5 && operation <= Operation::pad_right; }

std::string shown(const ComputedValue& value) {
    return value.type == Type::varchar || value.type == Type::json ? quote_excerpt(text_of(value)) : text_of(value);
}

}  // namespace

ComputedValue Evaluator::evaluate(const ComputedExpression& expression) {
    bool is_done = true;
    ComputedValue result = of_parts(expression, is_done);
    if (is_done) return result;
    Values values;
    bool is_secret = false;
    for (const ComputedExpression& operand : expression.operands) {
        values.push_back(evaluate(operand));
        is_secret = is_secret || values.back().is_secret;
    }
    const bool some_null =
        std::any_of(values.begin(), values.end(), [](const ComputedValue& value) { return value.is_null(); });
    if (some_null) return ComputedValue::null();
    result = call(expression, values);
    // How long a secret is tells no more than what is sent with it.
    const bool is_length = expression.operation == Operation::length || expression.operation == Operation::octet_length;
    result.is_secret = is_secret && result.type != Type::boolean && !is_length;
    if (result.is_secret && hides_operands(expression.operation) && scope_.secrets != nullptr)
        scope_.secrets->remember_derived(text_of(result), scope_.use);
    return result;
}

ComputedValue Evaluator::of_parts(const ComputedExpression& expression, bool& is_done) {
    switch (expression.operation) {
        case Operation::literal:
            return literal(expression);
        case Operation::secret:
        case Operation::next_id:
        case Operation::resume:
        case Operation::message_id:
        case Operation::now:
        case Operation::uuid:
            return of_scope(expression);
        case Operation::received:
        case Operation::received_message:
            return received(expression);
        case Operation::concat: {
            ComputedValue whole = ComputedValue::of_text({});
            for (const ComputedExpression& operand : expression.operands) {
                const ComputedValue part = evaluate(operand);
                whole.text += text_of(part);
                whole.is_secret = whole.is_secret || part.is_secret;
            }
            return whole;
        }
        case Operation::coalesce:
            for (const ComputedExpression& operand : expression.operands) {
                ComputedValue value = evaluate(operand);
                if (!value.is_null()) return value;
            }
            return ComputedValue::null();
        case Operation::json_array:
        case Operation::json_object:
            return json_object(expression);
        case Operation::choose:
            return choose(expression);
        case Operation::choose_by_value:
            return choose_by_value(expression);
        case Operation::conjunction:
        case Operation::disjunction:
            return connected(expression);
        case Operation::is_null:
        case Operation::is_not_null: {
            const bool is_null = evaluate(expression.operands.front()).is_null();
            return ComputedValue::of_boolean(is_null == (expression.operation == Operation::is_null));
        }
        default:
            is_done = false;
            return ComputedValue::null();
    }
}

ComputedValue Evaluator::literal(const ComputedExpression& expression) const {
    switch (expression.type) {
        case Type::boolean:
            return ComputedValue::of_boolean(expression.text == "true");
        case Type::bigint: {
            std::int64_t number = 0;
            std::from_chars(expression.text.data(), expression.text.data() + expression.text.size(), number);
            return ComputedValue::of_bigint(number);
        }
        case Type::real: {
            double real = 0;
            std::from_chars(expression.text.data(), expression.text.data() + expression.text.size(), real);
            ComputedValue value = ComputedValue::of_real(real);
            value.text = expression.text;
            return value;
        }
        case Type::varchar:
            return ComputedValue::of_text(expression.text);
        case Type::blob:
            return ComputedValue::of_blob(expression.text);
        default:
            return ComputedValue::null();
    }
}

ComputedValue Evaluator::of_scope(const ComputedExpression& expression) const {
    switch (expression.operation) {
        case Operation::secret: {
            const std::string* value = text_.find_secret(expression.text);
            if (value == nullptr)
                throw EvaluationError(fmt::format("SECRET('{}') has not been looked up", expression.text));
            ComputedValue secret = ComputedValue::of_text(*value);
            secret.is_secret = true;
            return secret;
        }
        case Operation::next_id:
            return scope_.last_id == nullptr ? ComputedValue::null() : ComputedValue::of_bigint(++*scope_.last_id);
        case Operation::resume: {
            const std::string position = scope_.position ? scope_.position() : std::string();
            return position.empty() ? ComputedValue::null() : ComputedValue::of_json(position);
        }
        case Operation::message_id:
            return scope_.message_id ? ComputedValue::of_text(std::string(*scope_.message_id)) : ComputedValue::null();
        case Operation::now:
            return ComputedValue::of_timestamp(scope_.now);
        default:
            return ComputedValue::of_text(random_uuid());
    }
}

ComputedValue Evaluator::received(const ComputedExpression& expression) const {
    if (!scope_.received) return ComputedValue::null();
    if (expression.operation == Operation::received_message)
        return ComputedValue::of_text(std::string(*scope_.received));
    if (!is_json(*scope_.received)) return ComputedValue::null();
    const auto value = find_json_value(*scope_.received, expression.path);
    return value ? ComputedValue::of_json(*value) : ComputedValue::null();
}

ComputedValue Evaluator::json_object(const ComputedExpression& expression) {
    const bool is_object = expression.operation == Operation::json_object;
    ComputedValue json;
    json.type = Type::json;
    json.text = is_object ? "{" : "[";
    for (std::size_t index = 0; index < expression.operands.size(); ++index) {
        const ComputedValue value = evaluate(expression.operands[index]);
        json.is_secret = json.is_secret || value.is_secret;
        const bool is_key = is_object && index % 2 == 0;
        if (index > 0 && (is_key || !is_object)) json.text += ',';
        if (is_key && value.is_null()) throw EvaluationError("JSON_OBJECT: a key is NULL");
        if (is_key)
            append_json_quoted(json.text, text_of(value));
        else
            append_json(json.text, value);
        if (is_key) json.text += ':';
    }
    json.text += is_object ? '}' : ']';
    return json;
}

bool Evaluator::condition(const ComputedExpression& expression, bool& is_null) {
    const ComputedValue value = evaluate(expression);
    is_null = value.is_null();
    if (is_null) return false;
    const std::optional<bool> truth = truth_in(value);
    if (!truth) throw EvaluationError(fmt::format("{} is not true or false", shown(value)));
    return *truth;
}

ComputedValue Evaluator::choose(const ComputedExpression& expression) {
    const std::vector<ComputedExpression>& parts = expression.operands;
    std::size_t index = 0;
    for (; index + 1 < parts.size(); index += 2) {
        bool is_null = false;
        if (condition(parts[index], is_null)) return evaluate(parts[index + 1]);
    }
    return index < parts.size() ? evaluate(parts[index]) : ComputedValue::null();
}

/// The operand is computed once, however many values it is compared with.
ComputedValue Evaluator::choose_by_value(const ComputedExpression& expression) {
    static const ComputedExpression equal{Operation::equal, Type::boolean, "=", {}, {}};
    const std::vector<ComputedExpression>& parts = expression.operands;
    const ComputedValue operand = evaluate(parts.front());
    std::size_t index = 1;
    for (; index + 1 < parts.size(); index += 2) {
        if (operand.is_null()) continue;
        const ComputedValue value = evaluate(parts[index]);
        if (!value.is_null() && truth_in(compare(equal, {operand, value})).value_or(false))
            return evaluate(parts[index + 1]);
    }
    return index < parts.size() ? evaluate(parts[index]) : ComputedValue::null();
}

/// AND and OR, with the third truth value of SQL.
ComputedValue Evaluator::connected(const ComputedExpression& expression) {
    const bool decisive = expression.operation == Operation::disjunction;
    bool some_null = false;
    for (const ComputedExpression& operand : expression.operands) {
        bool is_null = false;
        if (condition(operand, is_null) == decisive && !is_null) return ComputedValue::of_boolean(decisive);
        some_null = some_null || is_null;
    }
    return some_null ? ComputedValue::null() : ComputedValue::of_boolean(!decisive);
}

ComputedValue Evaluator::call(const ComputedExpression& expression, const Values& values) const {
    switch (expression.operation) {
        case Operation::epoch:
            return ComputedValue::of_real(static_cast<double>(values[0].number) / 1e6);
        case Operation::epoch_ms: {
            const std::int64_t micros = values[0].number;
            return ComputedValue::of_bigint(micros / 1000 - (micros % 1000 < 0 ? 1 : 0));
        }
        case Operation::epoch_us:
            return ComputedValue::of_bigint(values[0].number);
        case Operation::epoch_ns: {
            std::int64_t nanos = 0;
            if (__builtin_mul_overflow(values[0].number, 1000, &nanos))
                throw EvaluationError("EPOCH_NS: the time is out of range");
            return ComputedValue::of_bigint(nanos);
        }
        case Operation::strftime:
            return ComputedValue::of_text(formatted_time(values[0].number, expression.path.front()));
        case Operation::to_json: {
            std::string json;
            append_json(json, values[0]);
            return ComputedValue::of_json(json);
        }
        case Operation::concatenate:
            return expression.type == Type::blob ? ComputedValue::of_blob(values[0].text + values[1].text)
                                                 : ComputedValue::of_text(text_of(values[0]) + text_of(values[1]));
        case Operation::cast:
        case Operation::try_cast:
            return cast(expression, values[0]);
        case Operation::negation: {
            const std::optional<bool> truth = truth_in(values[0]);
            if (!truth) throw EvaluationError(fmt::format("NOT: {} is not true or false", shown(values[0])));
            return ComputedValue::of_boolean(!*truth);
        }
        default:
            break;
    }
    if (expression.operation >= Operation::equal) return compare(expression, values);
    if (expression.operation >= Operation::negate) return compute_number(expression, values);
    if (expression.operation >= Operation::md5 && expression.operation <= Operation::hmac_sha512)
        return digest(expression, values);
    return compute_text(expression, values);
}

ComputedValue Evaluator::digest(const ComputedExpression& expression, const Values& values) const {
    const bool is_keyed = expression.operation >= Operation::hmac_sha1;
    DigestKind kind = DigestKind::sha256;
    switch (expression.operation) {
        case Operation::md5:
            kind = DigestKind::md5;
            break;
        case Operation::sha1:
        case Operation::hmac_sha1:
            kind = DigestKind::sha1;
            break;
        case Operation::sha384:
        case Operation::hmac_sha384:
            kind = DigestKind::sha384;
            break;
        case Operation::sha512:
        case Operation::hmac_sha512:
            kind = DigestKind::sha512;
            break;
        default:
            break;
    }
    try {
        return ComputedValue::of_text(is_keyed ? hmac_hex(kind, text_of(values[0]), text_of(values[1]))
                                               : digest_hex(kind, text_of(values[0])));
    } catch (const EvaluationError&) {
        throw;
    } catch (const std::runtime_error& error) {
        throw EvaluationError(fmt::format("{}: {}", expression.text, error.what()));
    }
}

ComputedValue Evaluator::cast(const ComputedExpression& expression, const ComputedValue& value) const {
    std::optional<ComputedValue> result = cast_value(value, expression.type, expression.text);
    if (result) return *result;
    if (expression.operation == Operation::try_cast) return ComputedValue::null();
    throw EvaluationError(fmt::format("CAST: {} is not of type {}", shown(value), expression.text));
}

}  // namespace laminar
