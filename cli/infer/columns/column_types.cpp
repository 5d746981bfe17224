#include "cli/infer/columns/column_types.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "catalog/objects/metadata_column.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

constexpr std::size_t deepest_structure = 2;
constexpr std::size_t most_fields = 40;   ///< Of a STRUCT; larger ones are JSON.
constexpr std::size_t exact_digits = 17;  ///< With which every DOUBLE can be written.
constexpr std::size_t decimal_digits = 38;
constexpr std::int64_t year = 31'536'000'000'000;

constexpr std::array<std::string_view, 5> unit_names{"", "s", "ms", "us", "ns"};

bool contains_any(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

bool is_any(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

bool names_time(std::string_view name) {
    const std::string folded = fold_case(name);
    return contains_any(folded, {"time", "date", "created", "updated", "expir"}) || folded.ends_with("_at") ||
           folded.ends_with("_ts") || is_any(folded, {"ts", "t", "e", "at", "when", "since", "until", "tm"});
}

/// What is whole numbers now may have fractions later.
bool names_quantity(std::string_view name) {
    return contains_any(fold_case(name),
                        {"price", "qty",     "quantity", "amount", "size",    "volume",   "rate", "bid",  "ask",
                         "fee",   "balance", "cost",     "value",  "funding", "interest", "last", "open", "high",
                         "low",   "close",   "change",   "total",  "vol",     "px",       "sz"});
}

bool names_version(std::string_view name) { return contains_any(fold_case(name), {"version", "jsonrpc"}); }

/// What counts or numbers things.
bool names_count(std::string_view name) {
    const std::string folded = fold_case(name);
    return folded.ends_with("id") ||
           contains_any(folded, {"count", "seq", "number", "num", "index", "block", "nonce", "port", "code", "rank"});
}

FoundType plain(std::string_view type, bool needs_coerce = false) {
    FoundType found;
    found.type = plain_type(type);
    found.needs_coerce = needs_coerce;
    return found;
}

FoundType decimal(std::size_t scale, bool needs_coerce) {
    FoundType found = plain("DECIMAL", needs_coerce);
    found.type.modifiers = {static_cast<std::int64_t>(decimal_digits), static_cast<std::int64_t>(scale)};
    return found;
}

class ScalarTypeFinder {
public:
    ScalarTypeFinder(const ScalarFacts& facts, std::string_view name) : facts_(facts), name_(name) {}

    FoundType find() {
        if (const auto time = as_time()) return *time;
        if (facts_.booleans == facts_.count()) return plain("BOOLEAN");
        if (facts_.booleans + facts_.boolean_texts == facts_.count()) return plain("BOOLEAN", true);
        if (facts_.numbers.count + facts_.text_numbers.count == facts_.count()) return as_number();
        const bool is_hexadecimal =
            facts_.hexadecimal_texts > 0 && facts_.hexadecimal_texts == facts_.count() && is_quantity_of_digits();
        if (is_hexadecimal) return plain(facts_.hexadecimal_digits <= 16 ? "UBIGINT" : "HUGEINT", true);
        return plain("TEXT", facts_.texts < facts_.count());
    }

private:
    /// Hashes, addresses and bytes have even more digits.
    [[nodiscard]] bool is_quantity_of_digits() const { return facts_.hexadecimal_digits <= 31; }

    [[nodiscard]] std::optional<FoundType> as_time() const {
        if (facts_.iso_times.count > 0 && facts_.iso_times.count == facts_.count()) {
            FoundType found = plain(facts_.dates == facts_.count() ? "DATE" : "TIMESTAMP");
            if (facts_.dates < facts_.count()) found.times = &facts_.iso_times;
            return found;
        }
        for (std::size_t index = 0; index < facts_.formatted.size(); ++index) {
            if (facts_.formatted[index].count < facts_.count()) continue;
            FoundType found = plain("TIMESTAMP");
            found.time_format = time_formats()[index];
            found.times = &facts_.formatted[index];
            return found;
        }
        for (std::size_t unit = 1; unit < facts_.epochs.size(); ++unit) {
            const TimeFacts& times = facts_.epochs[unit];
            if (times.count == 0 || times.count + facts_.zeros < facts_.count()) continue;
            if (!is_plausible(times, unit)) continue;
            FoundType found = plain("TIMESTAMP", facts_.texts > 0);
            found.time_unit = unit_names[unit];
            found.times = &times;
            return found;
        }
        return std::nullopt;
    }

    /// Numbers of that size are times where the field is called so, or they lie close together and near the present.
    [[nodiscard]] bool is_plausible(const TimeFacts& times, std::size_t unit) const {
        if (names_time(name_)) return true;
        if (facts_.zeros > 0 || times.latest - times.earliest > year) return false;
        const bool has_many_digits =
            unit > 1 || facts_.epoch_fractions == times.count;  // Of seconds alone there are too many numbers.
        return has_many_digits && !names_count(name_) && !names_quantity(name_) &&
               times.near_arrival == times.with_arrival;
    }

    [[nodiscard]] FoundType as_number() const {
        NumberFacts all = facts_.numbers;
        const NumberFacts& texts = facts_.text_numbers;
        const bool in_texts = texts.count > 0;
        // Digits that are no number: 007, +49, version 2.0.
        if (texts.has_leading_zero || (in_texts && names_version(name_)))
            return plain("TEXT", facts_.numbers.count > 0);
        all.integer_digits = std::max(all.integer_digits, texts.integer_digits);
        all.scale = std::max(all.scale, texts.scale);
        all.digits = std::max(all.digits, texts.digits);
        all.has_fraction = all.has_fraction || texts.has_fraction;
        all.has_exponent = all.has_exponent || texts.has_exponent;
        all.fits_bigint = all.fits_bigint && texts.fits_bigint;
        all.fits_unsigned_bigint = all.fits_unsigned_bigint && texts.fits_unsigned_bigint;
        all.is_finite = all.is_finite && texts.is_finite;
        if (!all.is_finite) return plain(in_texts ? "TEXT" : "JSON");
        if (all.has_exponent) return plain("DOUBLE", in_texts);
        if (!all.has_fraction && !is_quantity(in_texts)) return as_integer(all, in_texts);
        return as_fraction(all, in_texts);
    }

    /// Numbers in texts are amounts, for which floating point is not good enough, unless they number something.
    [[nodiscard]] bool is_quantity(bool in_texts) const {
        return !names_count(name_) && (in_texts || names_quantity(name_));
    }

    static FoundType as_integer(const NumberFacts& all, bool in_texts) {
        if (all.fits_bigint) return plain("BIGINT", in_texts);
        if (all.fits_unsigned_bigint) return plain("UBIGINT", in_texts);
        if (all.integer_digits < decimal_digits) return plain("HUGEINT", in_texts);
        return plain(in_texts ? "TEXT" : "JSON");
    }

    static FoundType as_fraction(const NumberFacts& all, bool in_texts) {
        if (!in_texts && all.digits <= exact_digits) return plain("DOUBLE");
        const std::array<std::size_t, 4> scales{8, 10, 18, 30};
        for (const std::size_t scale : scales) {
            if (all.scale <= scale && all.integer_digits + scale <= decimal_digits) return decimal(scale, in_texts);
        }
        if (all.integer_digits + all.scale <= decimal_digits) return decimal(all.scale, in_texts);
        return plain(in_texts ? "TEXT" : "DOUBLE");
    }

    const ScalarFacts& facts_;
    const std::string_view name_;
};

FoundType find_nested_type(const ValueShape& shape, std::string_view name, std::size_t depth);

FoundType as_list(FoundType element) {
    element.type.dimensions.emplace_back(std::nullopt);
    element.times = nullptr;
    return element;
}

/// Options of a column hold for all times within it.
bool may_share_options(const FoundType& one, const FoundType& other) {
    return one.time_unit.empty() || other.time_unit.empty() || one.time_unit == other.time_unit;
}

FoundType find_structure(const ValueShape& shape, std::size_t depth) {
    FoundType structure = plain("STRUCT");
    std::vector<std::string> names;
    if (depth > deepest_structure || shape.is_map() || shape.is_opaque() || shape.members().empty() ||
        shape.members().size() > most_fields)
        return plain("JSON");
    for (const auto& [name, member] : shape.members()) {
        FoundType field = find_nested_type(*member, name, depth + 1);
        const std::string folded = fold_case(name);
        if (name.empty() || name.find('\0') != std::string::npos || is_reserved_column_name(name) ||
            std::find(names.begin(), names.end(), folded) != names.end() || !may_share_options(structure, field) ||
            !field.time_format.empty())
            return plain("JSON");
        names.push_back(folded);
        if (!field.time_unit.empty()) structure.time_unit = field.time_unit;
        structure.needs_coerce = structure.needs_coerce || field.needs_coerce;
        ast::TypeName::Field written;
        written.name.text = name;
        written.type = std::move(field.type);
        structure.type.fields.push_back(std::move(written));
    }
    return structure;
}

FoundType find_nested_type(const ValueShape& shape, std::string_view name, std::size_t depth) {
    if (shape.is_scalar()) return ScalarTypeFinder(shape.scalars(), name).find();
    if (shape.is_object()) return find_structure(shape, depth);
    if (shape.is_array() && shape.elements() && !shape.is_opaque()) {
        FoundType element = find_nested_type(*shape.elements(), name, depth + 1);
        if (element.type.name != "JSON") return as_list(std::move(element));
    }
    return plain("JSON");
}

}  // namespace

ast::TypeName plain_type(std::string_view name) {
    ast::TypeName type;
    type.name = name;
    return type;
}

FoundType find_type(const ValueShape& shape, std::string_view name) {
    // An object that is one column is one because it is too much for several.
    return shape.is_object() ? plain("JSON") : find_nested_type(shape, name, 0);
}

}  // namespace laminar
