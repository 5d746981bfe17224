#include "connectors/codec/values/scalar_text.h"

#include <cmath>

#include "connectors/codec/values/interval_text.h"
#include "connectors/codec/values/number_text.h"
#include "connectors/codec/values/time_text.h"
#include "connectors/codec/values/uuid_text.h"

namespace laminar {

namespace {

template <class Real>
bool append_finite(std::string& out, Real value) {
    if (!std::isfinite(value)) return false;
    append_float(out, value);
    return true;
}

void append_moment(std::string& out, std::int64_t value, TypeId type, MomentStyle style) {
    const bool finite = append_timestamp(out, value, type, style == MomentStyle::iso ? 'T' : ' ');
    if (!finite) return;
    if (style == MomentStyle::iso) {
        out += 'Z';
    } else if (type == TypeId::timestamp_tz) {
        out += "+00";
    }
}

}  // namespace

bool append_scalar_text(std::string& out, const ColumnVector& column, std::size_t row, MomentStyle style) {
    const ColumnType& type = column.type();
    switch (type.id) {
        case TypeId::boolean:
            out += column.values<std::uint8_t>()[row] != 0 ? "true" : "false";
            return true;
        case TypeId::tinyint:
        case TypeId::smallint:
        case TypeId::integer:
        case TypeId::bigint:
        case TypeId::hugeint:
        case TypeId::utinyint:
        case TypeId::usmallint:
        case TypeId::uinteger:
        case TypeId::ubigint:
            append_integer(out, integer_at(column, row));
            return true;
        case TypeId::uhugeint:
            append_unsigned(out, to_wide_unsigned(column.values<Int128>()[row]));
            return true;
        case TypeId::decimal:
            append_decimal(out, integer_at(column, row), type.scale);
            return true;
        case TypeId::float32:
            return append_finite(out, column.values<float>()[row]);
        case TypeId::float64:
            return append_finite(out, column.values<double>()[row]);
        case TypeId::date:
            append_date(out, column.values<std::int32_t>()[row]);
            return true;
        case TypeId::time:
            append_time(out, column.values<std::int64_t>()[row]);
            return true;
        case TypeId::timestamp:
        case TypeId::timestamp_s:
        case TypeId::timestamp_ms:
        case TypeId::timestamp_ns:
        case TypeId::timestamp_tz:
            append_moment(out, column.values<std::int64_t>()[row], type.id, style);
            return true;
        case TypeId::interval:
            append_interval(out, column.values<IntervalValue>()[row]);
            return true;
        case TypeId::uuid:
            append_uuid(out, column.values<Int128>()[row]);
            return true;
        case TypeId::unknown:
        case TypeId::varchar:
        case TypeId::blob:
        case TypeId::json:
        case TypeId::time_tz:
        case TypeId::bit:
        case TypeId::enumeration:
        case TypeId::union_:
        case TypeId::list:
        case TypeId::array:
        case TypeId::map:
        case TypeId::structure:
            return false;
    }
    return false;
}

WideInteger integer_at(const ColumnVector& column, std::size_t row) {
    switch (column.physical()) {
        case PhysicalType::int8:
            return column.values<std::int8_t>()[row];
        case PhysicalType::int16:
            return column.values<std::int16_t>()[row];
        case PhysicalType::int32:
            return column.values<std::int32_t>()[row];
        case PhysicalType::int64:
            return column.values<std::int64_t>()[row];
        case PhysicalType::bool8:
        case PhysicalType::uint8:
            return column.values<std::uint8_t>()[row];
        case PhysicalType::uint16:
            return column.values<std::uint16_t>()[row];
        case PhysicalType::uint32:
            return column.values<std::uint32_t>()[row];
        case PhysicalType::uint64:
            return column.values<std::uint64_t>()[row];
        default:
            return to_wide_integer(column.values<Int128>()[row]);
    }
}

bool is_integer(TypeId type) noexcept {
    switch (type) {
        case TypeId::tinyint:
        case TypeId::smallint:
        case TypeId::integer:
        case TypeId::bigint:
        case TypeId::utinyint:
        case TypeId::usmallint:
        case TypeId::uinteger:
        case TypeId::ubigint:
            return true;
        default:
            return false;
    }
}

bool is_numeric(const ColumnType& type) noexcept {
    switch (type.id) {
        case TypeId::hugeint:
        case TypeId::uhugeint:
        case TypeId::float32:
        case TypeId::float64:
        case TypeId::decimal:
            return true;
        default:
            return is_integer(type.id);
    }
}

}  // namespace laminar
