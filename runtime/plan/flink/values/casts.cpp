#include "runtime/plan/flink/values/casts.h"

#include <fmt/format.h>

#include <utility>

#include "runtime/plan/flink/values/identifiers.h"
#include "runtime/plan/flink/values/types.h"

namespace laminar::flink {

namespace {

std::string text_of_cast(const std::string& value, const ColumnType& type, CastStyle style = CastStyle::strict) {
    return fmt::format("{}({} AS {})", style == CastStyle::strict ? "CAST" : "TRY_CAST", value, *type_text(type));
}

/// Both engines read these texts as the same number; DuckDB reads more (1_000, inf), Java as well (1.5d, 0x1p3).
constexpr const char* number_pattern = R"(^\s*([+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?)\s*$)";

std::string number_text(const std::string& text) {
    return fmt::format("REGEXP_EXTRACT({}, {}, 1)", text, quoted_text(number_pattern));
}

class CastWriter {
public:
    CastWriter(Written value, ColumnType type, CastStyle style, SourceSpan span, const Findings& findings)
        : value_(std::move(value)), type_(std::move(type)), style_(style), span_(span), findings_(findings) {}

    Written write() {
        const TypeId from = value_.type.id;
        const TypeId to = type_.id;
        if (value_.type == type_) return std::move(value_);
        if (from == TypeId::unknown) return {text_of_cast("NULL", type_), type_};
        if (is_timestamp(from) && is_timestamp(to)) return timestamp();
        if (to == TypeId::varchar) return as_text();
        if (from == TypeId::varchar) return of_text();
        if (is_whole(to)) return whole();
        if (to == TypeId::decimal) return decimal();
        if (is_floating(to) && is_number(from) && !(from == TypeId::float64 && to == TypeId::float32)) return plain();
        if (is_timestamp(from) && to == TypeId::date) return plain();
        if (from == TypeId::date && is_timestamp(to))
            return {text_of_cast(value_.text, TypeId::timestamp_ms), TypeId::timestamp_ms, value_.is_nullable};
        refuse();
    }

private:
    [[noreturn]] void refuse(std::string hint = {}) const {
        findings_.refuse(span_,
                         fmt::format("no cast of Flink makes the same {} of {}", to_sql(type_), to_sql(value_.type)),
                         std::move(hint));
    }

    Written plain() { return {text_of_cast(value_.text, type_), type_, value_.is_nullable}; }

    /// To a precision that loses nothing: the value stays as it is.
    Written timestamp() {
        const auto digits = [](TypeId type) {
            return type == TypeId::timestamp ? 6 : type == TypeId::timestamp_ms ? 3 : 0;
        };
        if (digits(value_.type.id) > digits(type_.id))
            refuse("the digits that are lost may be some: declare the column with the type that it has here");
        return std::move(value_);
    }

    Written as_text() {
        const TypeId from = value_.type.id;
        if (is_whole(from) || from == TypeId::decimal || from == TypeId::date || from == TypeId::json) return plain();
        if (from == TypeId::boolean)
            return {
                fmt::format("(CASE {} WHEN TRUE THEN CAST('true' AS STRING) WHEN FALSE THEN CAST('false' AS STRING) "
                            "END)",
                            value_.text),
                type_};
        if (is_timestamp(from)) refuse("write its form: strftime(ts, '%Y-%m-%d %H:%M:%S')");
        if (is_floating(from)) refuse("CAST it AS DECIMAL(p, s) in Laminar, or leave it a number");
        refuse();
    }

    Written of_text() {
        if (type_.id != TypeId::float64)
            refuse(
                "Flink reads other texts as values, and cuts where DuckDB rounds: declare the column with that type, "
                "so "
                "that Laminar reads it");
        const std::string number = number_text(value_.text);
        if (style_ == CastStyle::or_null)
            refuse("DuckDB reads texts such as '1_000' and 'inf' as numbers: declare the column as DOUBLE");
        return {fmt::format("(CASE WHEN {} IS NOT NULL THEN {} END)", value_.text,
                            text_of_cast(fmt::format("COALESCE({}, CAST('not a number' AS STRING))", number), type_)),
                type_};
    }

    Written whole() {
        const TypeId from = value_.type.id;
        if (is_whole(from)) {
            if (digits_of(value_.type) <= digits_of(type_)) return plain();
            return checked_whole(std::move(value_), type_, style_);
        }
        if (from == TypeId::decimal) {
            Written rounded{fmt::format("ROUND({}, 0)", value_.text),
                            decimal_type(value_.type.width - value_.type.scale + 1, 0), value_.is_nullable};
            return checked_whole(std::move(rounded), type_, style_);
        }
        if (is_floating(from))
            refuse("DuckDB rounds to the even neighbour, Flink cuts: let the value be DOUBLE or DECIMAL");
        refuse();
    }

    Written decimal() {
        const TypeId from = value_.type.id;
        if (!is_whole(from) && from != TypeId::decimal)
            refuse("which digits a binary fraction rounds to is not the same in both: leave it DOUBLE");
        const int whole_from = digits_of(value_.type) - scale_of(value_.type);
        const int whole_to = digits_of(type_) - scale_of(type_);
        // Rounding up may need one digit more.
        const int needed = whole_from + (scale_of(value_.type) > scale_of(type_) ? 1 : 0);
        if (needed <= whole_to) return plain();
        return checked_decimal(whole_to);
    }

    /// Out of range is an error here, NULL in Flink.
    Written checked_decimal(int whole_digits) {
        const std::string limit =
            fmt::format("CAST('1{}' AS DECIMAL(38, 0))", std::string(static_cast<std::size_t>(whole_digits), '0'));
        if (whole_digits > 37) refuse();
        const std::string rounded = fmt::format("ROUND({}, {})", value_.text, scale_of(type_));
        if (style_ == CastStyle::or_null)
            return {
                fmt::format("(CASE WHEN ABS({}) < {} THEN {} END)", rounded, limit, text_of_cast(value_.text, type_)),
                type_};
        // Reading this text as a number fails.
        const std::string failure =
            fmt::format("CAST(CAST({} AS STRING) || CAST(' is out of range' AS STRING) AS BIGINT)", value_.text);
        return {fmt::format("(CASE WHEN ABS({}) >= {} THEN CAST({} AS {}) ELSE {} END)", rounded, limit, failure,
                            *type_text(type_), text_of_cast(value_.text, type_)),
                type_};
    }

    Written value_;
    ColumnType type_;
    CastStyle style_;
    SourceSpan span_;
    const Findings& findings_;
};

}  // namespace

Written cast(Written value, const ColumnType& type, CastStyle style, SourceSpan span, const Findings& findings) {
    return CastWriter(std::move(value), type, style, span, findings).write();
}

Written widened(Written value, const ColumnType& type, SourceSpan span, const Findings& findings) {
    if (value.type == type) return value;
    if (!type_text(type)) findings.refuse(span, fmt::format("Flink has no type for {}", to_sql(type)));
    return {text_of_cast(value.text, type), type, value.is_nullable};
}

Written checked_whole(Written value, const ColumnType& type, CastStyle style) {
    if (is_whole(type.id) && type.id == TypeId::hugeint)
        return {text_of_cast(value.text, type), type, value.is_nullable};
    // Flink's casts between numbers wrap; that of a text says when it does not fit.
    return {text_of_cast(fmt::format("CAST({} AS STRING)", value.text), type, style), type, value.is_nullable};
}

}  // namespace laminar::flink
