#include "server/postgres/values/parameter_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "catalog/objects/column_type.h"
#include "connectors/codec/values/number_text.h"
#include "connectors/rows/column_batch.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"
#include "server/postgres/values/engine_text.h"
#include "server/postgres/values/network_order.h"
#include "server/postgres/values/postgres_type.h"
#include "server/postgres/values/value_text.h"

namespace laminar::postgres {

namespace {

struct KnownType {
    std::int32_t oid;
    std::int32_t array_oid;
    std::string_view sql;
};

constexpr std::array known_types{
    KnownType{16, 1000, "BOOLEAN"},         KnownType{17, 1001, "BLOB"},          KnownType{19, 1003, "VARCHAR"},
    KnownType{20, 1016, "BIGINT"},          KnownType{21, 1005, "SMALLINT"},      KnownType{23, 1007, "INTEGER"},
    KnownType{25, 1009, "VARCHAR"},         KnownType{26, 1028, "BIGINT"},        KnownType{114, 199, "JSON"},
    KnownType{700, 1021, "REAL"},           KnownType{701, 1022, "DOUBLE"},       KnownType{1042, 1014, "VARCHAR"},
    KnownType{1043, 1015, "VARCHAR"},       KnownType{1082, 1182, "DATE"},        KnownType{1083, 1183, "TIME"},
    KnownType{1114, 1115, "TIMESTAMP"},     KnownType{1184, 1185, "TIMESTAMPTZ"}, KnownType{1186, 1187, "INTERVAL"},
    KnownType{numeric_oid, 1231, "DOUBLE"}, KnownType{2950, 2951, "UUID"},        KnownType{3802, 3807, "JSON"},
};

const KnownType* find(std::int32_t oid) {
    const auto found =
        std::find_if(known_types.begin(), known_types.end(), [&](const auto& each) { return each.oid == oid; });
    return found == known_types.end() ? nullptr : &*found;
}

const KnownType* element_of(std::int32_t oid) {
    const auto found =
        std::find_if(known_types.begin(), known_types.end(), [&](const auto& each) { return each.array_oid == oid; });
    return found == known_types.end() ? nullptr : &*found;
}

constexpr std::size_t most_digits_of_decimal = 38;

/// Digits with a sign and a fraction.
bool is_plain_number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    std::size_t points = 0;
    for (const char c : text) {
        points += c == '.' ? 1 : 0;
        if (!is_digit(c) && c != '.') return false;
    }
    return !text.empty() && points <= 1 && is_digit(text.front()) && is_digit(text.back());
}

/// Of the widest integers. Nothing: it is beyond them.
std::optional<std::string_view> wide_integer_type(std::string_view number) {
    const ScaledNumber value = parse_scaled_number(number, 0);
    if (value.fit != NumberFit::exact) return std::nullopt;
    const WideUnsigned most = (WideUnsigned{1} << 127U) - (value.negative ? 0 : 1);
    if (value.magnitude <= most) return "HUGEINT";
    return value.negative ? std::nullopt : std::optional<std::string_view>("UHUGEINT");
}

/// Keeps as many digits as any type does.
std::string number_sql(std::string_view text) {
    const auto cast = [&](std::string_view type) { return fmt::format("CAST({} AS {})", quote_string(text), type); };
    if (!is_plain_number(text)) return cast("DOUBLE");
    const bool is_negative = text.starts_with('-');
    const std::string_view digits = text.substr(is_negative ? 1 : 0);
    const std::size_t point = std::min(digits.find('.'), digits.size());
    const bool has_fraction = point < digits.size();
    // A literal keeps them all; a sign must not meet another one.
    if (digits.size() - (has_fraction ? 1 : 0) <= most_digits_of_decimal)
        return is_negative ? fmt::format("({})", text) : std::string(text);
    const std::size_t whole = point - std::min(digits.find_first_not_of('0'), point);
    if (!has_fraction) return cast(wide_integer_type(text).value_or("DOUBLE"));
    if (whole > most_digits_of_decimal) return cast("DOUBLE");
    return cast(fmt::format("DECIMAL({}, {})", most_digits_of_decimal, most_digits_of_decimal - whole));
}

/// What the text format has for a value of the binary one, by way of a column that holds it.
template <class Value>
std::string text_of(TypeId type, Value value) {
    ColumnVector values{ColumnType(type)};
    values.append(value);
    std::string text;
    append_value(text, type, values, 0);
    return text;
}

std::optional<std::string> numeric_text(std::string_view bytes) {
    constexpr std::size_t head = 8;
    if (bytes.size() < head || bytes.size() % 2 != 0) return std::nullopt;
    const auto number = [&](std::size_t at) { return read_number<std::int16_t>(bytes.substr(at, 2)); };
    const int count = number(0);
    const int weight = number(2);
    const int sign = number(4);
    const int scale = number(6);
    if (sign == static_cast<std::int16_t>(0xC000)) return "NaN";
    if (sign == static_cast<std::int16_t>(0xD000)) return "Infinity";
    if (sign == static_cast<std::int16_t>(0xF000)) return "-Infinity";
    constexpr int most_digits = 1'000;
    if ((sign != 0 && sign != 0x4000) || count < 0 || head + 2 * static_cast<std::size_t>(count) != bytes.size() ||
        scale < 0 || scale > most_digits || weight > most_digits || weight < -most_digits)
        return std::nullopt;
    const auto group = [&](int index) {
        return index >= 0 && index < count ? static_cast<int>(number(head + 2 * static_cast<std::size_t>(index))) : 0;
    };
    for (int index = 0; index < count; ++index)
        if (group(index) < 0 || group(index) > 9'999) return std::nullopt;
    std::string whole;
    for (int index = 0; index <= weight; ++index) whole += fmt::format("{:04}", group(index));
    whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
    if (whole.empty()) whole = "0";
    std::string fraction;
    for (int index = weight + 1; static_cast<int>(fraction.size()) < scale; ++index)
        fraction += fmt::format("{:04}", group(index));
    fraction.resize(static_cast<std::size_t>(scale));
    return (sign != 0 ? "-" : "") + whole + (fraction.empty() ? "" : "." + fraction);
}

std::optional<std::string> interval_text(std::string_view bytes) {
    if (bytes.size() != 16) return std::nullopt;
    return fmt::format("{} months {} days {} microseconds", read_number<std::int32_t>(bytes.substr(12)),
                       read_number<std::int32_t>(bytes.substr(8, 4)), read_number<std::int64_t>(bytes.substr(0, 8)));
}

std::optional<std::string> moment_text(std::string_view bytes, TypeId type) {
    if (bytes.size() != 8) return std::nullopt;
    const auto micros = read_number<std::int64_t>(bytes);
    if (micros == std::numeric_limits<std::int64_t>::max()) return "infinity";
    if (micros == std::numeric_limits<std::int64_t>::min()) return "-infinity";
    if (micros > std::numeric_limits<std::int64_t>::max() - micros_to_2000) return std::nullopt;
    return text_of(type, micros + micros_to_2000);
}

std::optional<std::string> date_text(std::string_view bytes) {
    if (bytes.size() != 4) return std::nullopt;
    const auto days = read_number<std::int32_t>(bytes);
    if (days == std::numeric_limits<std::int32_t>::max()) return "infinity";
    if (days == std::numeric_limits<std::int32_t>::min()) return "-infinity";
    if (days > std::numeric_limits<std::int32_t>::max() - days_to_2000) return std::nullopt;
    return text_of(TypeId::date, days + days_to_2000);
}

std::optional<std::string> uuid_text(std::string_view bytes) {
    if (bytes.size() != 16) return std::nullopt;
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += fmt::format("{:02x}", static_cast<unsigned>(static_cast<unsigned char>(bytes[i])));
    }
    return text;
}

template <class Number>
std::optional<std::string> integer_text(std::string_view bytes) {
    if (bytes.size() != sizeof(Number)) return std::nullopt;
    return fmt::format("{}", read_number<Number>(bytes));
}

std::optional<std::string> text_of_binary(std::int32_t oid, std::string_view bytes) {
    switch (oid) {
        case 16:
            if (bytes.size() != 1) return std::nullopt;
            return bytes[0] != 0 ? "true" : "false";
        case 20:
            return integer_text<std::int64_t>(bytes);
        case 21:
            return integer_text<std::int16_t>(bytes);
        case 23:
            return integer_text<std::int32_t>(bytes);
        case 26:
            return integer_text<std::uint32_t>(bytes);
        case 700:
            if (bytes.size() != 4) return std::nullopt;
            return text_of(TypeId::float32, std::bit_cast<float>(read_number<std::int32_t>(bytes)));
        case 701:
            if (bytes.size() != 8) return std::nullopt;
            return text_of(TypeId::float64, std::bit_cast<double>(read_number<std::int64_t>(bytes)));
        case 1082:
            return date_text(bytes);
        case 1083:
            if (bytes.size() != 8) return std::nullopt;
            return text_of(TypeId::time, read_number<std::int64_t>(bytes));
        case 1114:
            return moment_text(bytes, TypeId::timestamp);
        case 1184:
            return moment_text(bytes, TypeId::timestamp_tz);
        case 1186:
            return interval_text(bytes);
        case numeric_oid:
            return numeric_text(bytes);
        case 2950:
            return uuid_text(bytes);
        case 3802:  // A version comes first.
            if (bytes.empty() || bytes.front() != '\1') return std::nullopt;
            return std::string(bytes.substr(1));
        default:
            return std::string(bytes);
    }
}

std::optional<std::string> scalar_sql(const KnownType& type, ValueFormat format, std::string_view bytes) {
    const TypeId id = parse_column_type(type.sql).value_or(ColumnType()).id;
    if (id == TypeId::blob && format == ValueFormat::binary)
        return fmt::format("CAST('{}' AS BLOB)", engine_blob_text(bytes));
    const std::optional<std::string> written =
        format == ValueFormat::binary ? text_of_binary(type.oid, bytes) : std::optional(std::string(bytes));
    const std::optional<std::string> text = written ? engine_text(id, *written) : std::nullopt;
    if (!text) return std::nullopt;
    if (type.oid == numeric_oid) return number_sql(*text);
    return fmt::format("CAST({} AS {})", quote_string(*text), type.sql);
}

/// opened: "[" and the elements.
std::string list_sql(const KnownType& element, const std::string& opened) {
    // Numbers keep the digits that they have.
    const bool has_types = element.oid == numeric_oid && opened.size() > 1;
    return has_types ? opened + "]" : fmt::format("CAST({}] AS {}[])", opened, element.sql);
}

std::optional<std::string> binary_array_sql(const KnownType& element, std::string_view bytes) {
    constexpr std::size_t head = 12;
    constexpr std::size_t dimension = 8;
    if (bytes.size() < head) return std::nullopt;
    const auto dimensions = read_number<std::int32_t>(bytes.substr(0, 4));
    if (read_number<std::int32_t>(bytes.substr(8, 4)) != element.oid) return std::nullopt;
    std::string sql = "[";
    if (dimensions != 0) {
        if (dimensions != 1 || bytes.size() < head + dimension) return std::nullopt;
        auto count = read_number<std::int32_t>(bytes.substr(head, 4));
        bytes.remove_prefix(head + dimension);
        for (; count > 0; --count) {
            if (bytes.size() < 4) return std::nullopt;
            const auto size = read_number<std::int32_t>(bytes.substr(0, 4));
            bytes.remove_prefix(4);
            if (size > 0 && static_cast<std::size_t>(size) > bytes.size()) return std::nullopt;
            if (sql.size() > 1) sql += ", ";
            if (size < 0) {
                sql += "NULL";
                continue;
            }
            const auto value =
                scalar_sql(element, ValueFormat::binary, bytes.substr(0, static_cast<std::size_t>(size)));
            if (!value) return std::nullopt;
            sql += *value;
            bytes.remove_prefix(static_cast<std::size_t>(size));
        }
        if (!bytes.empty()) return std::nullopt;
    }
    return list_sql(element, sql);
}

std::optional<std::string> text_array_sql(const KnownType& element, std::string_view text) {
    const auto elements = read_array_text(text);
    if (!elements) return std::nullopt;
    std::string sql = "[";
    for (const std::optional<std::string>& value : *elements) {
        if (sql.size() > 1) sql += ", ";
        if (!value) {
            sql += "NULL";
            continue;
        }
        const auto literal = scalar_sql(element, ValueFormat::text, *value);
        if (!literal) return std::nullopt;
        sql += *literal;
    }
    return list_sql(element, sql);
}

}  // namespace

std::optional<std::string> parameter_sql(std::int32_t oid, ValueFormat format, std::string_view bytes) {
    if (oid == 0 || oid == unknown_oid) return quote_string(bytes);
    if (const KnownType* type = find(oid)) return scalar_sql(*type, format, bytes);
    const KnownType* element = element_of(oid);
    if (!element) return std::nullopt;
    return format == ValueFormat::binary ? binary_array_sql(*element, bytes) : text_array_sql(*element, bytes);
}

std::string null_sql(std::int32_t oid) {
    if (const KnownType* type = find(oid)) return fmt::format("CAST(NULL AS {})", type->sql);
    if (const KnownType* element = element_of(oid)) return fmt::format("CAST(NULL AS {}[])", element->sql);
    return "NULL";
}

std::int32_t element_type(std::int32_t oid) {
    const KnownType* element = element_of(oid);
    return element ? element->oid : 0;
}

bool is_parameter_type(std::int32_t oid) { return find(oid) || element_of(oid); }

std::optional<std::int32_t> oid_of_type_name(std::string_view name) {
    // What queries of the catalog say.
    if (equals_ignoring_case(name, "oid")) return 26;
    if (equals_ignoring_case(name, "oid[]")) return 1028;
    if (equals_ignoring_case(name, "name")) return 19;
    const std::optional<ColumnType> type = parse_column_type(upper_case(name));
    if (!type || type->id == TypeId::unknown) return std::nullopt;
    const std::int32_t oid = postgres_type(*type).oid;
    return is_parameter_type(oid) ? std::optional(oid) : std::nullopt;
}

}  // namespace laminar::postgres
