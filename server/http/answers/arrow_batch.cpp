#include "server/http/answers/arrow_batch.h"

#include <cstdint>
#include <cstring>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "connectors/codec/json/json_encoder.h"
#include "connectors/codec/values/scalar_text.h"
#include "server/http/answers/arrow_metadata.h"

namespace laminar::http {

namespace {

constexpr std::size_t alignment = 8;
/// In the place of a row whose structure, or list, is null.
constexpr std::uint32_t no_row = std::numeric_limits<std::uint32_t>::max();
using Rows = std::vector<std::uint32_t>;

/// What becomes a record batch: its buffers one after the other, and what the metadata says about them.
class BatchBody {
public:
    /// The values of a column at these rows.
    void add(const ColumnVector& values, const ColumnType& type, const Rows& rows) {
        add_node(values, rows);
        if (is_arrow_text(type)) return add_texts(values, rows);
        switch (type.id) {
            case TypeId::boolean:
                return add_bits(rows, [&](std::uint32_t row) { return values.values<std::uint8_t>()[row] != 0; });
            case TypeId::blob:
                return add_bytes(rows, values, [&](std::uint32_t row) { return values.string_at(row); });
            case TypeId::decimal:
                return add_decimals(values, rows);
            case TypeId::interval:
                return add_intervals(values, rows);
            case TypeId::list:
            case TypeId::array:
                return add(values.child(0), type.fields.front().type, add_lists(values, rows));
            case TypeId::map:
                return add_pairs(values.child(0), type, add_lists(values, rows));
            case TypeId::structure: {
                const Rows inner = valid(values, rows);
                for (std::size_t i = 0; i < values.child_count(); ++i) add(values.child(i), type.fields[i].type, inner);
                return;
            }
            default:
                return add_fixed(values, physical_width(values.physical()), rows);
        }
    }

    void append_to(std::string& out, std::int64_t rows) const {
        append_arrow_batch(out, rows, nodes_, buffers_, static_cast<std::int64_t>(bytes_.size()));
        out += bytes_;
    }

private:
    static bool is_valid(const ColumnVector& values, std::uint32_t row) {
        return row != no_row && values.is_valid(row);
    }
    static Rows valid(const ColumnVector& values, Rows rows) {
        for (std::uint32_t& row : rows)
            if (!is_valid(values, row)) row = no_row;
        return rows;
    }

    /// The node of a field and its first buffer: a bit for each value that is there.
    void add_node(const ColumnVector& values, const Rows& rows) {
        std::int64_t nulls = 0;
        for (const std::uint32_t row : rows) nulls += is_valid(values, row) ? 0 : 1;
        nodes_.push_back({static_cast<std::int64_t>(rows.size()), nulls});
        if (nulls == 0)
            end_buffer(bytes_.size());  // An empty one says the same.
        else
            add_bits(rows, [&](std::uint32_t row) { return values.is_valid(row); });
    }

    template <class IsSet>
    void add_bits(const Rows& rows, IsSet is_set) {
        const std::size_t begin = bytes_.size();
        bytes_.append((rows.size() + 7) / 8, '\0');
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (rows[i] != no_row && is_set(rows[i])) bytes_[begin + i / 8] |= static_cast<char>(1U << (i % 8));
        end_buffer(begin);
    }

    void add_fixed(const ColumnVector& values, std::size_t width, const Rows& rows) {
        const std::size_t begin = bytes_.size();
        const char* const data = reinterpret_cast<const char*>(values.values<std::uint8_t>());
        for (const std::uint32_t row : rows) {
            if (row == no_row)
                bytes_.append(width, '\0');
            else
                bytes_.append(data + row * width, width);
        }
        end_buffer(begin);
    }

    template <class Value>
    void append_value(Value value) {
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }

    void add_decimals(const ColumnVector& values, const Rows& rows) {
        const std::size_t begin = bytes_.size();
        for (const std::uint32_t row : rows) {
            Int128 value;
            if (is_valid(values, row)) {
                if (values.physical() == PhysicalType::int128) {
                    value = values.values<Int128>()[row];
                } else {
                    const std::int64_t narrow = narrow_decimal(values, row);
                    value = {static_cast<std::uint64_t>(narrow), narrow < 0 ? -1 : 0};
                }
            }
            append_value(value);
        }
        end_buffer(begin);
    }

    static std::int64_t narrow_decimal(const ColumnVector& values, std::uint32_t row) {
        switch (values.physical()) {
            case PhysicalType::int16:
                return values.values<std::int16_t>()[row];
            case PhysicalType::int32:
                return values.values<std::int32_t>()[row];
            default:
                return values.values<std::int64_t>()[row];
        }
    }

    void add_intervals(const ColumnVector& values, const Rows& rows) {
        constexpr std::int64_t nanoseconds = 1'000;
        const std::size_t begin = bytes_.size();
        for (const std::uint32_t row : rows) {
            const IntervalValue value = is_valid(values, row) ? values.values<IntervalValue>()[row] : IntervalValue{};
            append_value(value.months);
            append_value(value.days);
            append_value(static_cast<std::int64_t>(static_cast<std::uint64_t>(value.micros) * nanoseconds));
        }
        end_buffer(begin);
    }

    /// Offsets, then bytes.
    template <class Bytes>
    void add_bytes(const Rows& rows, const ColumnVector& values, Bytes bytes_of) {
        const std::size_t begin = bytes_.size();
        std::string all;
        append_value(std::int32_t{0});
        for (const std::uint32_t row : rows) {
            if (is_valid(values, row)) all += bytes_of(row);
            append_value(offset(all.size()));
        }
        end_buffer(begin);
        const std::size_t text = bytes_.size();
        bytes_ += all;
        end_buffer(text);
    }

    void add_texts(const ColumnVector& values, const Rows& rows) {
        std::string scratch;
        add_bytes(rows, values, [&](std::uint32_t row) -> std::string_view {
            if (values.physical() == PhysicalType::string) return values.string_at(row);
            scratch.clear();
            if (!append_scalar_text(scratch, values, row, MomentStyle::spaced)) append_json_value(scratch, values, row);
            return scratch;
        });
    }

    /// The offsets of lists; the elements, by their rows, in the order of the lists.
    Rows add_lists(const ColumnVector& values, const Rows& rows) {
        const std::size_t begin = bytes_.size();
        Rows elements;
        append_value(std::int32_t{0});
        for (const std::uint32_t row : rows) {
            if (is_valid(values, row)) {
                const ListEntry entry = values.values<ListEntry>()[row];
                for (std::uint32_t i = 0; i < entry.length; ++i) elements.push_back(entry.offset + i);
            }
            append_value(offset(elements.size()));
        }
        end_buffer(begin);
        return elements;
    }

    void add_pairs(const ColumnVector& pairs, const ColumnType& map, const Rows& rows) {
        add_node(pairs, rows);
        for (std::size_t i = 0; i < pairs.child_count(); ++i) add(pairs.child(i), map.fields[i].type, rows);
    }

    static std::int32_t offset(std::size_t size) {
        if (size > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
            throw std::length_error(
                "values of a column take more than 2 GiB at once, which Arrow's offsets do not reach");
        return static_cast<std::int32_t>(size);
    }

    void end_buffer(std::size_t begin) {
        buffers_.push_back({static_cast<std::int64_t>(begin), static_cast<std::int64_t>(bytes_.size() - begin)});
        bytes_.append((alignment - bytes_.size() % alignment) % alignment, '\0');
    }

    std::vector<ArrowNode> nodes_;
    std::vector<ArrowBuffer> buffers_;
    std::string bytes_;
};

}  // namespace

void append_arrow_rows(std::string& out, const ResultTable& rows) {
    BatchBody body;
    Rows all(rows.rows);
    std::iota(all.begin(), all.end(), 0U);
    for (const ColumnVector& values : rows.values) body.add(values, values.type(), all);
    body.append_to(out, static_cast<std::int64_t>(rows.rows));
}

}  // namespace laminar::http
