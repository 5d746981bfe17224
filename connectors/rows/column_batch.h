#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/accept_condition.h"
#include "catalog/objects/column_type.h"
#include "catalog/objects/metadata_column.h"
#include "catalog/objects/time_reading.h"
#include "catalog/options/json_path.h"
#include "connectors/rows/growing_bytes.h"
#include "connectors/rows/row_facts.h"

namespace laminar {

/// How values of a column type lie in memory. The same as DuckDB's, so that handing over is copying.
/// Timestamps are int64 in the unit of their type, dates int32 days, times int64 microseconds, decimals
/// int16/32/64/128 by width, uuid int128 with the top bit flipped; varchar, json and blob are strings; map is a list of
/// {key, value} structures. Types without a layout of their own here (enumeration, union_, bit, time_tz) are
/// carried as text and cast by the engine (ColumnVector::cast_by_engine).
enum class PhysicalType : std::uint8_t {
    bool8,
    int8,
    int16,
    int32,
    int64,
    int128,
    uint8,
    uint16,
    uint32,
    uint64,
    uint128,
    float32,
    float64,
    interval,
    string,
    list,
    structure
};

[[nodiscard]] PhysicalType physical_type(const ColumnType& type) noexcept;
/// Bytes of one value of a fixed-width type (also: 8 for string and list entries); 0 for structure.
[[nodiscard]] std::size_t physical_width(PhysicalType type) noexcept;

/// The type as it travels: types carried as text become varchar, at any depth of nesting; array becomes list. A column
/// whose transport type differs from its type (arrays aside) has to be cast by the engine.
[[nodiscard]] ColumnType transport_type(const ColumnType& type);

struct Int128 {
    std::uint64_t lower = 0;
    std::int64_t upper = 0;
};

struct IntervalValue {
    std::int32_t months = 0;
    std::int32_t days = 0;
    std::int64_t micros = 0;
};

struct StringReference {
    std::uint32_t offset = 0;  ///< Into the column's heap; a batch's heap stays below 4 GiB.
    std::uint32_t length = 0;
};

struct ListEntry {
    std::uint32_t offset = 0;  ///< First element in the child vector.
    std::uint32_t length = 0;
};

/// The values of one column of a batch, growing at the end. Append exactly one value (or NULL) per row.
/// Not thread-safe.
class ColumnVector {
public:
    /// time: how its values, and those in it, are written, where they are times.
    explicit ColumnVector(ColumnType type, const TimeReading& time = {});

    [[nodiscard]] const ColumnType& type() const noexcept { return type_; }
    [[nodiscard]] PhysicalType physical() const noexcept { return physical_; }
    /// This column, or one nested in it, is carried as text.
    [[nodiscard]] bool cast_by_engine() const noexcept { return cast_by_engine_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] const TimeReading& time() const noexcept { return time_; }

    /// T must be the C++ type of physical(): bool as std::uint8_t, Int128, IntervalValue, ...
    template <class T>
    void append(T value) {
        std::memcpy(data_.extend(sizeof(T)), &value, sizeof(T));
        push_validity(true);
    }
    /// The same for several values, all present.
    template <class T>
    void append_values(const T* values, std::size_t count) {
        data_.append(values, count * sizeof(T));
        push_valid(count);
    }
    void append_string(std::string_view text) {
        append(StringReference{static_cast<std::uint32_t>(heap_.size()), static_cast<std::uint32_t>(text.size())});
        heap_.append(text.data(), text.size());
    }
    void append_null();
    /// Appends the value of the last row once more. Its text is not copied.
    void append_again();
    /// Gives all rows that are NULL a value, of the C++ type of physical().
    template <class T>
    void replace_nulls(T value) {
        auto* rows = reinterpret_cast<T*>(data_.data());
        for (std::size_t row = 0; row < size_; ++row) {
            if (is_valid(row)) continue;
            rows[row] = value;
            validity_[row >> 6] |= std::uint64_t{1} << (row & 63U);
        }
        null_count_ = 0;
    }
    /// For list and map: call after appending length elements to child(0) (map: a structure).
    void append_list(std::uint32_t length);
    /// For list and map: call after appending to child(0); the new value has all elements no earlier value has.
    void append_rest_as_list();
    /// For structure: call after appending one value to every child.
    void append_structure();
    /// Appends every value of a column of the same type.
    void append_all(const ColumnVector& other);

    /// Drops the rows from size on, and elements that belong to no row: undoes a row that failed midway.
    void truncate(std::size_t size);
    void clear() noexcept;

    [[nodiscard]] bool is_valid(std::size_t row) const noexcept { return (validity_[row >> 6] >> (row & 63)) & 1U; }
    [[nodiscard]] bool has_nulls() const noexcept { return null_count_ > 0; }
    template <class T>
    [[nodiscard]] const T* values() const noexcept {
        return reinterpret_cast<const T*>(data_.data());
    }
    [[nodiscard]] std::string_view string_at(std::size_t row) const noexcept;
    [[nodiscard]] const std::vector<std::uint64_t>& validity() const noexcept { return validity_; }
    [[nodiscard]] ColumnVector& child(std::size_t index) { return children_[index]; }
    [[nodiscard]] const ColumnVector& child(std::size_t index) const { return children_[index]; }
    [[nodiscard]] std::size_t child_count() const noexcept { return children_.size(); }
    [[nodiscard]] std::size_t byte_size() const noexcept;

private:
    void push_validity(bool valid) {
        if ((size_ & 63U) == 0) add_validity_word();
        if (valid) {
            validity_.back() |= std::uint64_t{1} << (size_ & 63U);
        } else {
            ++null_count_;
        }
        ++size_;
    }
    /// Apart, so that the rest is small enough to be inlined.
    void add_validity_word();
    void push_valid(std::size_t count);
    /// Elements of child(0) that belong to the rows before row.
    [[nodiscard]] std::size_t list_end(std::size_t row) const noexcept;

    ColumnType type_;
    PhysicalType physical_;
    bool cast_by_engine_ = false;
    bool shares_text_ = false;  ///< Rows refer to the text of rows before them.
    std::size_t size_ = 0;
    std::size_t null_count_ = 0;
    GrowingBytes data_;                    ///< Fixed-width values, StringReference or ListEntry.
    std::vector<std::uint64_t> validity_;  ///< One bit per row, 1 = present.
    GrowingBytes heap_;                    ///< Bytes of strings.
    std::vector<ColumnVector> children_;
    TimeReading time_;
};

/// One column a decoder fills.
struct BatchColumn {
    std::string name;
    ColumnType type;
    std::vector<std::string> json_path;  ///< Steps into the row, each as it is spelled; empty for pure metadata.
    bool takes_all = false;              ///< Without steps: the row itself.
    bool of_message = false;  ///< Both are of the message that has the row within it (BatchSchema::rows), instead.
    TimeReading time = {};
    /// It takes the field of its name (json_path is that one step): where the message has no field that is spelled so,
    /// the one at nested_path, or else one in another case that no other column claims.
    bool by_name = false;
    std::vector<std::string> nested_path;   ///< By name: what a name with dots may mean besides; empty otherwise.
    std::optional<MetadataField> metadata;  ///< Source, or the fallback when json_path finds nothing.
    bool tracks_presence = false;           ///< Has a DEFAULT: ColumnBatch::presence tells which rows need it.
    bool not_null = false;     ///< A row whose value is missing or null is a decode error (unless it has a DEFAULT).
    bool is_computed = false;  ///< From the other columns, by the engine: a decoder leaves it null.

    /// Lets it take the field of a name.
    void take_field(std::string_view field_name);

    /// Metadata that nothing depends on and that RowFacts knows: not filled until it is read (fill_in_metadata).
    [[nodiscard]] bool is_deferred() const noexcept {
        return metadata && json_path.empty() && !not_null && !tracks_presence && *metadata != MetadataField::message &&
               *metadata != MetadataField::data;
    }
};

struct BatchSchema {
    std::vector<BatchColumn> columns;
    bool coerce = false;  ///< TRY_CAST rules for values of the wrong JSON type.
    /// Which messages, and of those that are several rows which rows, come to whoever fills it: those for which all
    /// hold. MessageSorter looks after it, not the decoder.
    std::vector<AcceptCondition> accept = {};
    std::optional<RowsPath> rows = {};  ///< Where they are within messages; without: each object is one.

    /// Some column takes a field of the message. Otherwise messages are taken whole, whatever they are.
    [[nodiscard]] bool wants_fields() const noexcept;
};

/// Typed rows of one stream on their way from a connection to the engine. Deferred columns (BatchColumn::is_deferred)
/// have no values until fill_in_metadata.
struct ColumnBatch {
    explicit ColumnBatch(std::shared_ptr<const BatchSchema> batch_schema);

    std::shared_ptr<const BatchSchema> schema;
    std::vector<ColumnVector> columns;  ///< One per schema column.
    RowFacts facts;                     ///< Of all rows that came from messages.
    /// When its reader took it, in microseconds since the epoch; 0: not yet.
    std::int64_t processed_at = 0;
    std::vector<std::vector<std::uint8_t>>
        presence;  ///< Per column with tracks_presence: 1 where the payload had the field; empty otherwise.
    std::size_t rows = 0;
    std::size_t messages = 0;               ///< Messages the rows came from.
    std::size_t bytes = 0;                  ///< Payload bytes of those messages.
    std::vector<std::uint64_t> deliveries;  ///< Sequence numbers of its tracked messages.

    void truncate(std::size_t row_count);
    void clear() noexcept;
    [[nodiscard]] std::size_t byte_size() const noexcept;
};

}  // namespace laminar
