#include "cli/infer/kinds/value_structures.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "connectors/codec/json/json_text.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

constexpr std::size_t most_features = 4096;
constexpr std::size_t most_features_of_value = 256;
constexpr std::size_t most_tag_places = 256;
constexpr std::size_t most_tag_values = 50'000;
constexpr std::size_t deepest = 5;
constexpr std::size_t deepest_tag = 3;
constexpr std::size_t longest_tag = 64;
constexpr std::size_t most_members = 128;   ///< With more an object is a map from keys to values.
constexpr std::size_t most_elements = 32;   ///< Of a list that are looked at.
constexpr std::size_t most_positions = 16;  ///< With more an array is a list.

std::size_t count_members(std::string_view object) {
    JsonMembers members(object);
    std::size_t count = 0;
    while (count <= most_members && members.next()) ++count;
    return count;
}

std::size_t count_elements(std::string_view array) {
    JsonElements elements(array);
    std::size_t count = 0;
    while (count <= most_elements && elements.next()) ++count;
    return count;
}

/// Conditions take a member that is called by digits for an element.
PathStep step_into(const std::string& name) {
    const bool is_place = !name.empty() && name.size() < 10 && std::all_of(name.begin(), name.end(), is_digit);
    return is_place ? element_step(std::stoul(name)) : member_step(name);
}

bool is_one_place(const MessagePath& path) {
    return std::none_of(path.begin(), path.end(),
                        [](const PathStep& step) { return step.kind == PathStep::Kind::each; });
}

std::optional<TagValue> tag_value(std::string_view text, std::string& scratch) {
    if (text.starts_with('"')) {
        const std::string_view content = json_string_content(text, scratch);
        if (content.empty() || content.size() > longest_tag || content.find('\0') != std::string_view::npos)
            return std::nullopt;
        return TagValue{TagValue::Kind::text, std::string(content)};
    }
    if (text == "true" || text == "false") return TagValue{TagValue::Kind::boolean, std::string(text)};
    // Larger numbers are identifiers, of channels for example, which mean nothing the next time.
    if (text.size() <= 2 && std::all_of(text.begin(), text.end(), is_digit))
        return TagValue{TagValue::Kind::number, std::string(text)};
    return std::nullopt;
}

}  // namespace

/// Through one value.
class ValueStructures::Walk {
public:
    Walk(ValueStructures& all, Structure& structure) : all_(all), structure_(structure) {}

    void root(const JsonValue& value) {
        if (value.is_object()) members({}, value.text, 1);
        if (value.is_array()) array({}, value.text, 1);
        std::sort(structure_.features.begin(), structure_.features.end());
        const auto repeated = std::unique(structure_.features.begin(), structure_.features.end());
        structure_.features.erase(repeated, structure_.features.end());
        std::stable_sort(structure_.tags.begin(), structure_.tags.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
        // Of a field given twice the first counts, as in conditions.
        const auto twice = std::unique(structure_.tags.begin(), structure_.tags.end(),
                                       [](const auto& a, const auto& b) { return a.first == b.first; });
        structure_.tags.erase(twice, structure_.tags.end());
    }

private:
    void members(const MessagePath& path, std::string_view object, std::size_t depth) {
        if (count_members(object) > most_members) {
            // Its members say nothing; that they are many is all there is to it.
            if (path.empty()) add_feature(path, "{...}", 1, false);
            return;
        }
        JsonMembers each(object);
        std::string scratch;
        while (const auto member = each.next()) {
            const std::string name(json_string_content(member->quoted_key, scratch));
            value(extended(path, step_into(name)), member->value, depth);
        }
    }

    /// A value of its own at each position, or a list.
    void array(const MessagePath& path, std::string_view text, std::size_t depth) {
        const bool is_tuple = path.empty() && count_elements(text) <= most_positions;
        JsonElements elements(text);
        for (std::size_t index = 0; index < most_elements; ++index) {
            const auto element = elements.next();
            if (!element) return;
            if (is_tuple) {
                value(extended(path, element_step(index)), *element, depth);
                continue;
            }
            if (index == 0) add_feature(extended(path, element_step(0)), "", 0, is_one_place(path));
            const MessagePath each = extended(path, each_step());
            if (element->starts_with('[')) add_feature(each, "[]", weight(depth), false);
            if (element->starts_with('{')) members(each, *element, depth);
        }
    }

    void value(const MessagePath& path, std::string_view text, std::size_t depth) {
        const bool is_single = is_one_place(path);
        add_feature(path, "", weight(depth), is_single);
        if (text.starts_with('{')) {
            add_feature(path, "{}", weight(depth), false);
            if (depth < deepest) members(path, text, depth + 1);
        } else if (text.starts_with('[')) {
            add_feature(path, "[]", weight(depth), false);
            if (depth < deepest) array(path, text, depth + 1);
        } else if (is_single && depth <= deepest_tag) {
            add_tag(path, text, depth);
        }
    }

    static double weight(std::size_t depth) { return std::ldexp(1.0, 1 - static_cast<int>(depth)); }

    void add_feature(const MessagePath& path, std::string_view container, double weight, bool is_testable) {
        if (structure_.features.size() >= most_features_of_value) return;
        const std::optional<std::string> text = path_text(path);
        if (!text) return;
        const std::string place = *text + std::string(container);
        const auto found = all_.feature_numbers_.find(place);
        if (found != all_.feature_numbers_.end()) return structure_.features.push_back(found->second);
        if (all_.features_.size() >= most_features) return;
        const auto number = static_cast<std::uint32_t>(all_.features_.size());
        all_.features_.push_back({place, weight, is_testable});
        all_.feature_numbers_.emplace(place, number);
        structure_.features.push_back(number);
    }

    void add_tag(const MessagePath& path, std::string_view text, std::size_t depth) {
        const std::optional<TagValue> tag = tag_value(text, scratch_);
        const std::optional<std::string> place = path_text(path);
        if (!tag || !place || all_.tag_values_.size() >= most_tag_values) return;
        if (all_.secrets_.redact(tag->text) != tag->text) return;
        auto known_place = all_.tag_place_numbers_.find(*place);
        if (known_place == all_.tag_place_numbers_.end()) {
            if (all_.tag_places_.size() >= most_tag_places) return;
            known_place =
                all_.tag_place_numbers_.emplace(*place, static_cast<std::uint32_t>(all_.tag_places_.size())).first;
            all_.tag_places_.push_back({*place, path.back().name, depth});
        }
        const auto [known_value, is_new] =
            all_.tag_value_numbers_.emplace(*tag, static_cast<std::uint32_t>(all_.tag_values_.size()));
        if (is_new) all_.tag_values_.push_back(*tag);
        structure_.tags.emplace_back(known_place->second, known_value->second);
    }

    ValueStructures& all_;
    Structure& structure_;
    std::string scratch_;
};

ValueStructures::ValueStructures(const std::vector<JsonValue>& values, const RememberedSecrets& secrets)
    : secrets_(secrets), structures_(values.size()) {
    for (std::size_t index = 0; index < values.size(); ++index) Walk(*this, structures_[index]).root(values[index]);
}

const TagValue* ValueStructures::tag(std::size_t value, std::uint32_t place) const {
    const auto& tags = structures_[value].tags;
    const auto found = std::lower_bound(tags.begin(), tags.end(), place,
                                        [](const auto& tag, std::uint32_t wanted) { return tag.first < wanted; });
    return found != tags.end() && found->first == place ? &tag_values_[found->second] : nullptr;
}

bool ValueStructures::has(std::size_t value, const std::string& feature) const {
    const auto found = feature_numbers_.find(feature);
    return found != feature_numbers_.end() && has(value, found->second);
}

bool ValueStructures::has(std::size_t value, std::uint32_t feature) const {
    const auto& features = structures_[value].features;
    return std::binary_search(features.begin(), features.end(), feature);
}

}  // namespace laminar
