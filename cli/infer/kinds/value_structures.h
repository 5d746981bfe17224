#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/options/remembered_secrets.h"
#include "cli/infer/kinds/message_path.h"
#include "cli/infer/sample/json_values.h"

namespace laminar {

/// A scalar that messages may be told apart by.
struct TagValue {
    enum class Kind : std::uint8_t { text, number, boolean };
    Kind kind = Kind::text;
    std::string text;

    friend auto operator<=>(const TagValue&, const TagValue&) = default;
};

/// What all values of a sample are made of: by these they are put into kinds. Bounded, whatever the values are: what is
/// deep, long or rare is left out.
class ValueStructures {
public:
    /// Something that a value may have: a place, or that an object or a list stands there.
    struct Feature {
        std::string place;         ///< Path text; of a container with {} or [] behind it.
        double weight = 0;         ///< Less the deeper it is.
        bool is_testable = false;  ///< accept can ask whether it is there.
    };
    /// A place where scalars stand by which values may be told apart.
    struct TagPlace {
        std::string place;
        std::string name;  ///< Of the member; empty for an element.
        std::size_t depth = 0;
    };
    struct Structure {
        std::vector<std::uint32_t> features;                        ///< Ascending.
        std::vector<std::pair<std::uint32_t, std::uint32_t>> tags;  ///< Place and value, by place.
    };

    /// Texts with a secret in them are no tags.
    ValueStructures(const std::vector<JsonValue>& values, const RememberedSecrets& secrets);

    [[nodiscard]] const std::vector<Feature>& features() const noexcept { return features_; }
    [[nodiscard]] const std::vector<TagPlace>& tag_places() const noexcept { return tag_places_; }
    [[nodiscard]] const std::vector<TagValue>& tag_values() const noexcept { return tag_values_; }
    [[nodiscard]] const Structure& of(std::size_t value) const { return structures_[value]; }
    [[nodiscard]] std::size_t size() const noexcept { return structures_.size(); }
    /// The value at a place; null where there is none.
    [[nodiscard]] const TagValue* tag(std::size_t value, std::uint32_t place) const;
    [[nodiscard]] bool has(std::size_t value, std::uint32_t feature) const;
    [[nodiscard]] bool has(std::size_t value, const std::string& feature) const;

private:
    class Walk;

    const RememberedSecrets& secrets_;
    std::vector<Feature> features_;
    std::map<std::string, std::uint32_t, std::less<>> feature_numbers_;
    std::vector<TagPlace> tag_places_;
    std::map<std::string, std::uint32_t, std::less<>> tag_place_numbers_;
    std::vector<TagValue> tag_values_;
    std::map<TagValue, std::uint32_t> tag_value_numbers_;
    std::vector<Structure> structures_;
};

}  // namespace laminar
