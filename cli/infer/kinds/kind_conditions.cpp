#include "cli/infer/kinds/kind_conditions.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "cli/infer/kinds/tag_names.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

constexpr std::size_t most_values = 16;
constexpr std::size_t most_conditions = 3;
constexpr std::size_t few = 5;  ///< Values of a kind, from which what all of them have is no accident.

/// A word or several, as people name kinds; not an identifier, a symbol or a price.
bool is_word(std::string_view text) {
    return text.size() >= 2 &&
           std::all_of(
               text.begin(), text.end(),
               [](char c) { return is_letter(c) || c == '_' || c == '-' || c == '.' || c == ' ' || c == ':'; }) &&
           std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

/// As short as codes of kinds are.
bool is_code_text(std::string_view text) {
    return text.size() <= 20 && std::all_of(text.begin(), text.end(), [](char c) {
               return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.';
           });
}

std::string common_topic(const std::set<TagValue>& values) {
    std::string topic;
    for (const TagValue& value : values) {
        if (value.kind != TagValue::Kind::text) return {};
        const std::string own = value.text.substr(0, topic_length(value.text));
        if (own.empty() || (!topic.empty() && own != topic)) return {};
        topic = own;
    }
    return topic;
}

}  // namespace

ConditionSearch::ConditionSearch(const std::vector<JsonValue>& values, const ValueStructures& structures,
                                 const std::vector<std::vector<std::size_t>>& kinds, std::size_t kind,
                                 bool has_plain_values)
    : values_(values),
      structures_(structures),
      kinds_(kinds),
      has_plain_values_(has_plain_values),
      members_(kinds[kind]),
      nearest_(kind) {
    for (std::size_t other = 0; other < kinds.size(); ++other) {
        if (other == kind) continue;
        for (const std::size_t value : kinds[other]) {
            others_.push_back(value);
            kind_of_other_.push_back(other);
        }
    }
    if (values[members_.front()].is_object()) return;
    for (std::size_t value = 0; value < values.size(); ++value) {
        if (values[value].place != ValuePlace::list) continue;
        others_.push_back(value);
        kind_of_other_.push_back(kind);  // Of none; there is nothing to merge with.
    }
}

double ConditionSearch::cost_of_values(std::uint32_t place, const std::vector<TagValue>& values) const {
    const bool is_named = names_kind(structures_.tag_places()[place].name);
    const double count = static_cast<double>(values.size());
    const bool all_words = std::all_of(values.begin(), values.end(), [](const TagValue& value) {
        return value.kind == TagValue::Kind::text && is_word(value.text);
    });
    const bool all_texts = std::all_of(values.begin(), values.end(),
                                       [](const TagValue& value) { return value.kind == TagValue::Kind::text; });
    // Short codes are tags where the name of the field says so, or their place in an array.
    const bool is_code =
        (is_named || structures_.tag_places()[place].name.empty()) &&
        std::all_of(values.begin(), values.end(), [](const TagValue& value) { return is_code_text(value.text); });
    if (is_named && all_words) return 1 + 0.3 * count;
    if (is_code && all_texts) return 1.3 + 0.3 * count;
    if (is_code) return 1.6 + 0.3 * count;
    if (all_words && members_.size() >= few) return 2.4 + 0.3 * count;
    return 5 + 0.5 * count;
}

void ConditionSearch::add(KindCondition condition, double cost, const std::vector<bool>& excludes) {
    const auto excluded = static_cast<std::size_t>(std::count(excludes.begin(), excludes.end(), true));
    if (excluded == 0 && !others_.empty()) return;
    candidates_.push_back({std::move(condition), cost, excludes, excluded});
}

/// A table whose rows are objects may not ask for elements of them.
bool ConditionSearch::may_ask_for(const std::string& place) const {
    return !values_[members_.front()].is_object() || !place.starts_with("$[") || !is_digit(place[2]);
}

void ConditionSearch::add_tests_of_tags(std::uint32_t place) {
    if (!may_ask_for(structures_.tag_places()[place].place)) return;
    std::set<TagValue> values;
    for (const std::size_t member : members_) {
        const TagValue* tag = structures_.tag(member, place);
        if (!tag) return;
        values.insert(*tag);
    }
    const std::string& text = structures_.tag_places()[place].place;
    const double depth = 0.05 * static_cast<double>(structures_.tag_places()[place].depth);
    std::vector<bool> excludes(others_.size());
    if (values.size() <= most_values) {
        for (std::size_t index = 0; index < others_.size(); ++index) {
            const TagValue* tag = structures_.tag(others_[index], place);
            excludes[index] = !tag || !values.contains(*tag);
        }
        const std::vector<TagValue> listed(values.begin(), values.end());
        add({KindCondition::Test::is_one_of, text, listed}, cost_of_values(place, listed) + depth, excludes);
    }
    const std::string topic = common_topic(values);
    if (topic.empty()) return;
    for (std::size_t index = 0; index < others_.size(); ++index) {
        const TagValue* tag = structures_.tag(others_[index], place);
        excludes[index] = !tag || tag->kind != TagValue::Kind::text || !tag->text.starts_with(topic);
    }
    add({KindCondition::Test::begins_with, text, {{TagValue::Kind::text, topic}}},
        (names_kind(structures_.tag_places()[place].name) ? 1.2 : 2.4) + depth, excludes);
}

void ConditionSearch::add_test_of_presence(std::uint32_t feature) {
    const ValueStructures::Feature& tested = structures_.features()[feature];
    if (!tested.is_testable || !may_ask_for(tested.place)) return;
    if (!std::all_of(members_.begin(), members_.end(),
                     [&](std::size_t member) { return structures_.has(member, feature); }))
        return;
    std::vector<bool> excludes(others_.size());
    for (std::size_t index = 0; index < others_.size(); ++index)
        excludes[index] = !structures_.has(others_[index], feature);
    const auto depth = static_cast<double>(std::count(tested.place.begin(), tested.place.end(), '.'));
    add({KindCondition::Test::exists, tested.place, {}}, 2.5 + 0.1 * depth, excludes);
}

std::optional<std::vector<KindCondition>> ConditionSearch::find() {
    if (others_.empty() && !has_plain_values_) return std::vector<KindCondition>();
    for (const auto& [place, value] : structures_.of(members_.front()).tags) add_tests_of_tags(place);
    for (const std::uint32_t feature : structures_.of(members_.front()).features) add_test_of_presence(feature);
    std::stable_sort(candidates_.begin(), candidates_.end(),
                     [](const Candidate& a, const Candidate& b) { return a.cost < b.cost; });
    for (const Candidate& candidate : candidates_) {
        if (candidate.excluded == others_.size()) return std::vector<KindCondition>{candidate.condition};
    }
    // No one is enough: those that leave the least, one after the other.
    std::vector<bool> excluded(others_.size());
    std::vector<KindCondition> chosen;
    while (chosen.size() < most_conditions) {
        const Candidate* best = nullptr;
        double best_worth = 0;
        for (const Candidate& candidate : candidates_) {
            double more = 0;
            for (std::size_t index = 0; index < others_.size(); ++index)
                more += candidate.excludes[index] && !excluded[index] ? 1 : 0;
            if (more / candidate.cost <= best_worth) continue;
            best = &candidate;
            best_worth = more / candidate.cost;
        }
        if (!best) break;
        for (std::size_t index = 0; index < others_.size(); ++index)
            excluded[index] = excluded[index] || best->excludes[index];
        chosen.push_back(best->condition);
        if (std::all_of(excluded.begin(), excluded.end(), [](bool each) { return each; })) return chosen;
    }
    std::map<std::size_t, std::size_t> left;
    for (std::size_t index = 0; index < others_.size(); ++index) {
        if (!excluded[index]) ++left[kind_of_other_[index]];
    }
    // Objects and arrays are never one kind; a condition that tells them apart there always is.
    std::size_t most = 0;
    for (const auto& [other, count] : left) {
        const bool same_root = values_[kinds_[other].front()].is_object() == values_[members_.front()].is_object();
        if (count + (same_root ? others_.size() : 0) <= most) continue;
        most = count + (same_root ? others_.size() : 0);
        nearest_ = other;
    }
    return std::nullopt;
}

}  // namespace laminar
