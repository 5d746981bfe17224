#include "connectors/rows/column_batch.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "catalog/options/json_path.h"

namespace laminar {

namespace {

PhysicalType decimal_physical_type(std::uint8_t width) noexcept {
    if (width <= 4) return PhysicalType::int16;
    if (width <= 9) return PhysicalType::int32;
    if (width <= 18) return PhysicalType::int64;
    return PhysicalType::int128;
}

bool is_carried_as_text(TypeId id) noexcept {
    switch (id) {
        case TypeId::enumeration:
        case TypeId::union_:
        case TypeId::bit:
        case TypeId::time_tz:
            return true;
        default:
            return false;
    }
}

}  // namespace

PhysicalType physical_type(const ColumnType& type) noexcept {
    switch (type.id) {
        case TypeId::boolean:
            return PhysicalType::bool8;
        case TypeId::tinyint:
            return PhysicalType::int8;
        case TypeId::smallint:
            return PhysicalType::int16;
        case TypeId::integer:
        case TypeId::date:
            return PhysicalType::int32;
        case TypeId::bigint:
        case TypeId::time:
        case TypeId::timestamp:
        case TypeId::timestamp_s:
        case TypeId::timestamp_ms:
        case TypeId::timestamp_ns:
        case TypeId::timestamp_tz:
            return PhysicalType::int64;
        case TypeId::hugeint:
        case TypeId::uuid:
            return PhysicalType::int128;
        case TypeId::utinyint:
            return PhysicalType::uint8;
        case TypeId::usmallint:
            return PhysicalType::uint16;
        case TypeId::uinteger:
            return PhysicalType::uint32;
        case TypeId::ubigint:
            return PhysicalType::uint64;
        case TypeId::uhugeint:
            return PhysicalType::uint128;
        case TypeId::float32:
            return PhysicalType::float32;
        case TypeId::float64:
            return PhysicalType::float64;
        case TypeId::decimal:
            return decimal_physical_type(type.width);
        case TypeId::interval:
            return PhysicalType::interval;
        case TypeId::list:
        case TypeId::array:
        case TypeId::map:
            return PhysicalType::list;
        case TypeId::structure:
            return PhysicalType::structure;
        case TypeId::unknown:
        case TypeId::varchar:
        case TypeId::blob:
        case TypeId::json:
        case TypeId::time_tz:
        case TypeId::bit:
        case TypeId::enumeration:
        case TypeId::union_:
            return PhysicalType::string;
    }
    return PhysicalType::string;
}

std::size_t physical_width(PhysicalType type) noexcept {
    switch (type) {
        case PhysicalType::bool8:
        case PhysicalType::int8:
        case PhysicalType::uint8:
            return 1;
        case PhysicalType::int16:
        case PhysicalType::uint16:
            return 2;
        case PhysicalType::int32:
        case PhysicalType::uint32:
        case PhysicalType::float32:
            return 4;
        case PhysicalType::int64:
        case PhysicalType::uint64:
        case PhysicalType::float64:
        case PhysicalType::string:
        case PhysicalType::list:
            return 8;
        case PhysicalType::int128:
        case PhysicalType::uint128:
        case PhysicalType::interval:
            return 16;
        case PhysicalType::structure:
            return 0;
    }
    return 0;
}

ColumnType transport_type(const ColumnType& type) {
    if (is_carried_as_text(type.id)) return TypeId::varchar;
    ColumnType result = type;
    if (type.id == TypeId::array) {
        result.id = TypeId::list;
        result.array_size = 0;
    }
    for (ColumnType::Field& field : result.fields) field.type = transport_type(field.type);
    return result;
}

ColumnVector::ColumnVector(ColumnType type, const TimeReading& time)
    : type_(std::move(type)),
      physical_(physical_type(type_)),
      cast_by_engine_(is_carried_as_text(type_.id)),
      time_(time) {
    if (type_.id == TypeId::map) {
        ColumnType entry(TypeId::structure);
        entry.fields = type_.fields;
        children_.emplace_back(std::move(entry), time);
    } else if (physical_ == PhysicalType::list || physical_ == PhysicalType::structure) {
        children_.reserve(type_.fields.size());
        for (const ColumnType::Field& field : type_.fields) children_.emplace_back(field.type, time);
    }
    for (const ColumnVector& nested : children_) cast_by_engine_ = cast_by_engine_ || nested.cast_by_engine_;
}

void ColumnVector::append_null() {
    switch (physical_) {
        // An offset also in NULL rows lets truncate find where the row before ended.
        case PhysicalType::string:
            append(StringReference{static_cast<std::uint32_t>(heap_.size()), 0});
            break;
        case PhysicalType::list:
            append(ListEntry{static_cast<std::uint32_t>(children_[0].size_), 0});
            break;
        case PhysicalType::structure:
            for (ColumnVector& nested : children_) nested.append_null();
            push_validity(false);
            return;
        default:
            std::memset(data_.extend(physical_width(physical_)), 0, physical_width(physical_));
            push_validity(false);
            return;
    }
    validity_.back() &= ~(std::uint64_t{1} << ((size_ - 1) & 63U));
    ++null_count_;
}

void ColumnVector::append_again() {
    if (!is_valid(size_ - 1)) return append_null();
    if (physical_ == PhysicalType::list || physical_ == PhysicalType::structure)
        throw std::logic_error("only plain values can be appended again");
    const std::size_t width = physical_width(physical_);
    std::byte* added = data_.extend(width);
    std::memcpy(added, added - width, width);
    push_validity(true);
    shares_text_ = shares_text_ || physical_ == PhysicalType::string;
}

void ColumnVector::append_list(std::uint32_t length) {
    append(ListEntry{static_cast<std::uint32_t>(children_[0].size_) - length, length});
}

void ColumnVector::append_rest_as_list() {
    append_list(static_cast<std::uint32_t>(children_[0].size_ - list_end(size_)));
}

void ColumnVector::append_structure() { push_validity(true); }

void ColumnVector::append_all(const ColumnVector& other) {
    const auto heap_before = static_cast<std::uint32_t>(heap_.size());
    const auto elements_before = static_cast<std::uint32_t>(children_.empty() ? 0 : children_[0].size_);
    const std::size_t first = data_.size();
    data_.append(other.data_.data(), other.data_.size());
    if (physical_ == PhysicalType::string) {
        for (auto* text = reinterpret_cast<StringReference*>(data_.data() + first);
             text != reinterpret_cast<StringReference*>(data_.data() + data_.size()); ++text)
            text->offset += heap_before;
    } else if (physical_ == PhysicalType::list) {
        for (auto* list = reinterpret_cast<ListEntry*>(data_.data() + first);
             list != reinterpret_cast<ListEntry*>(data_.data() + data_.size()); ++list)
            list->offset += elements_before;
    }
    heap_.append(other.heap_.data(), other.heap_.size());
    shares_text_ = shares_text_ || other.shares_text_;
    for (std::size_t index = 0; index < children_.size(); ++index) children_[index].append_all(other.children_[index]);
    if (other.null_count_ == 0) return push_valid(other.size_);
    for (std::size_t row = 0; row < other.size_; ++row) push_validity(other.is_valid(row));
}

void ColumnVector::add_validity_word() { validity_.push_back(0); }

void ColumnVector::push_valid(std::size_t count) {
    const std::size_t size = size_ + count;
    validity_.resize((size_ + 63) / 64, 0);
    if ((size_ & 63U) != 0) validity_.back() |= ~std::uint64_t{0} << (size_ & 63U);
    validity_.resize((size + 63) / 64, ~std::uint64_t{0});
    // Bits beyond the end stay clear: the next row sets its own.
    if ((size & 63U) != 0) validity_.back() &= (std::uint64_t{1} << (size & 63U)) - 1;
    size_ = size;
}

std::size_t ColumnVector::list_end(std::size_t row) const noexcept {
    if (row == 0) return 0;
    const ListEntry& last = values<ListEntry>()[row - 1];
    return std::size_t{last.offset} + last.length;
}

void ColumnVector::truncate(std::size_t size) {
    if (physical_ == PhysicalType::list) {
        children_[0].truncate(list_end(size < size_ ? size : size_));
    } else if (physical_ == PhysicalType::structure) {
        for (ColumnVector& nested : children_) nested.truncate(size);
    }
    if (size > size_) size = size_;
    if (size < size_ && physical_ == PhysicalType::string && !shares_text_)
        heap_.shrink(values<StringReference>()[size].offset);
    for (std::size_t row = size; row < size_; ++row) null_count_ -= is_valid(row) ? 0 : 1;
    // Also what a value or a column that could not be appended wholly has left behind.
    data_.shrink(size * physical_width(physical_));
    validity_.resize((size + 63) / 64);
    if ((size & 63U) != 0) validity_.back() &= (std::uint64_t{1} << (size & 63U)) - 1;
    size_ = size;
}

void ColumnVector::clear() noexcept {
    size_ = 0;
    null_count_ = 0;
    shares_text_ = false;
    data_.clear();
    validity_.clear();
    heap_.clear();
    for (ColumnVector& nested : children_) nested.clear();
}

std::string_view ColumnVector::string_at(std::size_t row) const noexcept {
    const StringReference& reference = values<StringReference>()[row];
    // Not the null of a column without text: whoever copies it may pass no null pointer, not even for nothing.
    if (reference.length == 0) return "";
    return {reinterpret_cast<const char*>(heap_.data()) + reference.offset, reference.length};
}

std::size_t ColumnVector::byte_size() const noexcept {
    std::size_t bytes = data_.size() + validity_.size() * sizeof(std::uint64_t) + heap_.size();
    for (const ColumnVector& nested : children_) bytes += nested.byte_size();
    return bytes;
}

bool BatchSchema::wants_fields() const noexcept {
    return std::any_of(columns.begin(), columns.end(), [](const BatchColumn& column) {
        return (!column.json_path.empty() || column.takes_all) && !column.metadata;
    });
}

ColumnBatch::ColumnBatch(std::shared_ptr<const BatchSchema> batch_schema) : schema(std::move(batch_schema)) {
    columns.reserve(schema->columns.size());
    for (const BatchColumn& column : schema->columns) columns.emplace_back(column.type, column.time);
    presence.resize(schema->columns.size());
}

void BatchColumn::take_field(std::string_view field_name) {
    json_path = {std::string(field_name)};
    by_name = true;
    nested_path.clear();
    if (field_name.find('.') == std::string_view::npos || field_name.front() == '$') return;
    if (auto steps = parse_json_path(field_name)) nested_path = std::move(*steps);
}

void ColumnBatch::truncate(std::size_t row_count) {
    for (ColumnVector& column : columns) column.truncate(row_count);
    for (std::vector<std::uint8_t>& flags : presence) {
        if (flags.size() > row_count) flags.resize(row_count);
    }
    facts.truncate(row_count);
    if (rows > row_count) rows = row_count;
}

void ColumnBatch::clear() noexcept {
    for (ColumnVector& column : columns) column.clear();
    for (std::vector<std::uint8_t>& flags : presence) flags.clear();
    facts.clear();
    processed_at = 0;
    rows = messages = bytes = 0;
    deliveries.clear();
}

std::size_t ColumnBatch::byte_size() const noexcept {
    std::size_t size = facts.byte_size();
    for (const ColumnVector& column : columns) size += column.byte_size();
    for (const std::vector<std::uint8_t>& flags : presence) size += flags.size();
    return size;
}

}  // namespace laminar
