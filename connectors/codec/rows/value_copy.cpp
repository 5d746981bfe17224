#include "connectors/codec/rows/value_copy.h"

#include <cmath>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "parser/text/utf8.h"

namespace laminar {

namespace {

// What texts of times can say (time_text.h): the years 1 to 9999.
constexpr std::int64_t first_second = -62'135'596'800;
constexpr std::int64_t last_second = 253'402'300'799;
constexpr std::int64_t seconds_of_day = 86'400;
constexpr std::int64_t microseconds = 1'000'000;

template <class T>
bool copy_same(ColumnVector& target, const ColumnVector& source, std::size_t row) {
    target.append(source.values<T>()[row]);
    return true;
}

/// JSON has neither NaN nor infinity.
template <class Float>
bool copy_float(ColumnVector& target, const ColumnVector& source, std::size_t row) {
    const Float value = source.values<Float>()[row];
    if (!std::isfinite(value)) return false;
    target.append(value);
    return true;
}

template <class From, class To>
bool copy_integer(ColumnVector& target, const ColumnVector& source, std::size_t row) {
    const From value = source.values<From>()[row];
    if constexpr (std::is_floating_point_v<To>) {
        target.append(static_cast<To>(value));
    } else {
        if (!std::in_range<To>(value)) return false;
        target.append(static_cast<To>(value));
    }
    return true;
}

template <std::int64_t units_in_a_second>
bool copy_instant(ColumnVector& target, const ColumnVector& source, std::size_t row) {
    const auto value = source.values<std::int64_t>()[row];
    if (value < first_second * units_in_a_second || value > last_second * units_in_a_second) return false;
    target.append(value);
    return true;
}

bool copy_date(ColumnVector& target, const ColumnVector& source, std::size_t row) {
    const auto value = source.values<std::int32_t>()[row];
    if (value < first_second / seconds_of_day || value > last_second / seconds_of_day) return false;
    target.append(value);
    return true;
}

bool copy_time(ColumnVector& target, const ColumnVector& source, std::size_t row) {
    const auto value = source.values<std::int64_t>()[row];
    if (value < 0 || value >= seconds_of_day * microseconds) return false;
    target.append(value);
    return true;
}

bool copy_text(ColumnVector& target, const ColumnVector& source, std::size_t row) {
    const std::string_view text = source.string_at(row);
    if (find_invalid_utf8(text) != std::string_view::npos) return false;
    target.append_string(text);
    return true;
}

bool copy_bytes(ColumnVector& target, const ColumnVector& source, std::size_t row) {
    target.append_string(source.string_at(row));
    return true;
}

template <class From>
ValueCopy copy_of_integer(TypeId target) noexcept {
    switch (target) {
        case TypeId::tinyint:
            return copy_integer<From, std::int8_t>;
        case TypeId::smallint:
            return copy_integer<From, std::int16_t>;
        case TypeId::integer:
            return copy_integer<From, std::int32_t>;
        case TypeId::bigint:
            return copy_integer<From, std::int64_t>;
        case TypeId::utinyint:
            return copy_integer<From, std::uint8_t>;
        case TypeId::usmallint:
            return copy_integer<From, std::uint16_t>;
        case TypeId::uinteger:
            return copy_integer<From, std::uint32_t>;
        case TypeId::ubigint:
            return copy_integer<From, std::uint64_t>;
        case TypeId::float64:
            return copy_integer<From, double>;
        default:
            return nullptr;
    }
}

ValueCopy copy_of_decimal(PhysicalType physical) noexcept {
    switch (physical) {
        case PhysicalType::int16:
            return copy_same<std::int16_t>;
        case PhysicalType::int32:
            return copy_same<std::int32_t>;
        case PhysicalType::int64:
            return copy_same<std::int64_t>;
        default:
            return copy_same<Int128>;
    }
}

/// Of two columns of one type.
ValueCopy copy_within_type(const ColumnType& type) noexcept {
    switch (type.id) {
        case TypeId::boolean:
            return copy_same<std::uint8_t>;
        case TypeId::float32:
            return copy_float<float>;
        case TypeId::float64:
            return copy_float<double>;
        case TypeId::decimal:
            return copy_of_decimal(physical_type(type));
        case TypeId::uuid:
        case TypeId::hugeint:
            return copy_same<Int128>;
        case TypeId::date:
            return copy_date;
        case TypeId::time:
            return copy_time;
        case TypeId::timestamp_s:
            return copy_instant<1>;
        case TypeId::timestamp_ms:
            return copy_instant<1'000>;
        case TypeId::timestamp:
        case TypeId::timestamp_tz:
            return copy_instant<microseconds>;
        case TypeId::varchar:
            return copy_text;
        case TypeId::blob:
            return copy_bytes;
        default:
            return nullptr;
    }
}

}  // namespace

ValueCopy find_value_copy(const ColumnType& source, const ColumnType& target) noexcept {
    switch (source.id) {
        case TypeId::tinyint:
            return copy_of_integer<std::int8_t>(target.id);
        case TypeId::smallint:
            return copy_of_integer<std::int16_t>(target.id);
        case TypeId::integer:
            return copy_of_integer<std::int32_t>(target.id);
        case TypeId::bigint:
            return copy_of_integer<std::int64_t>(target.id);
        case TypeId::utinyint:
            return copy_of_integer<std::uint8_t>(target.id);
        case TypeId::usmallint:
            return copy_of_integer<std::uint16_t>(target.id);
        case TypeId::uinteger:
            return copy_of_integer<std::uint32_t>(target.id);
        case TypeId::ubigint:
            return copy_of_integer<std::uint64_t>(target.id);
        default:
            break;
    }
    const bool is_same = source.id == target.id && source.width == target.width && source.scale == target.scale;
    return is_same ? copy_within_type(source) : nullptr;
}

}  // namespace laminar
