#include "cli/infer/kinds/message_kinds.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "cli/infer/kinds/kind_conditions.h"
#include "cli/infer/kinds/kind_names.h"
#include "cli/infer/kinds/kind_profile.h"
#include "cli/infer/kinds/tag_names.h"

namespace laminar {
namespace {

using Members = std::vector<std::size_t>;  ///< Indices of values.

constexpr std::size_t most_kinds = 32;
constexpr std::size_t most_groups = 40;      ///< With more values a place says no kind.
constexpr std::size_t most_candidates = 64;  ///< Places that are tried, those of most values first.
constexpr double same_kind = 0.8;            ///< Of the weight of what two groups have: they are one kind.
constexpr double same_beside_common = 0.5;   ///< The same, of what not all values have.
constexpr double same_without_tag = 0.5;     ///< Where nothing but the members themselves tells them apart.
constexpr double same_if_contained = 0.5;    ///< The same, where one has nothing that the other has not.
constexpr double same_in_the_end = 0.9;

class KindFinder {
public:
    KindFinder(const std::vector<JsonValue>& values, const ValueStructures& structures)
        : values_(values), structures_(structures) {}

    std::vector<Members> find() {
        Members objects;
        Members arrays;
        for (std::size_t index = 0; index < values_.size(); ++index) {
            if (values_[index].place == ValuePlace::list || structures_.of(index).features.empty()) continue;
            if (values_[index].is_object()) objects.push_back(index);
            if (values_[index].is_array()) arrays.push_back(index);
        }
        for (Members* roots : {&objects, &arrays}) {
            if (!roots->empty()) split(std::move(*roots), 0);
        }
        merge_the_same();
        std::stable_sort(kinds_.begin(), kinds_.end(),
                         [](const Members& a, const Members& b) { return a.size() > b.size(); });
        return std::move(kinds_);
    }

private:
    using Groups = std::vector<Members>;
    struct Split {
        Groups kinds;
        double worth = 0;
    };

    [[nodiscard]] KindProfile profile(const Members& members) const { return {structures_, members}; }

    [[nodiscard]] double weight(std::uint32_t feature) const { return structures_.features()[feature].weight; }

    [[nodiscard]] bool are_one_kind(const KindProfile& one, const KindProfile& other, const KindProfile& all,
                                    bool tagged) const {
        const double whole = one.similarity(other);
        if (!tagged) return whole >= same_without_tag;
        // A change has less than a snapshot, and nothing else.
        if (whole >= same_if_contained && (one.contains(other) || other.contains(one))) return true;
        return whole >= same_kind || one.similarity_beside(other, all) >= same_beside_common;
    }

    /// The groups, those that are alike put together.
    [[nodiscard]] Split join_alike(std::vector<Members> groups, const KindProfile& all, bool tagged) const {
        std::stable_sort(groups.begin(), groups.end(),
                         [](const Members& a, const Members& b) { return a.size() > b.size(); });
        Split split;
        std::vector<KindProfile> profiles;
        for (Members& group : groups) {
            KindProfile own = profile(group);
            std::size_t at = 0;
            while (at < profiles.size() && !are_one_kind(profiles[at], own, all, tagged)) ++at;
            if (at == profiles.size()) {
                profiles.push_back(std::move(own));
                split.kinds.push_back(std::move(group));
            } else {
                profiles[at].add(own);
                split.kinds[at].insert(split.kinds[at].end(), group.begin(), group.end());
            }
        }
        split.worth = all.unevenness();
        for (const KindProfile& each : profiles) split.worth -= each.unevenness();
        for (Members& kind : split.kinds) std::sort(kind.begin(), kind.end());
        return split;
    }

    /// What is sometimes a list is no tag, but at a position of an array.
    [[nodiscard]] bool holds_containers(const Members& members, std::uint32_t place) const {
        const std::string& text = structures_.tag_places()[place].place;
        return std::any_of(members.begin(), members.end(), [&](std::size_t member) {
            return structures_.has(member, text + "[]") || structures_.has(member, text + "{}");
        });
    }

    /// By the values at a place, or by what they begin with.
    [[nodiscard]] std::optional<Split> split_by_tag(const Members& members, std::uint32_t place, bool by_topic,
                                                    const KindProfile& all) const {
        if (!structures_.tag_places()[place].name.empty() && holds_containers(members, place)) return std::nullopt;
        std::map<std::pair<int, std::string>, Members> groups;
        bool has_topics = false;
        for (const std::size_t member : members) {
            const TagValue* tag = structures_.tag(member, place);
            std::pair<int, std::string> key{-1, ""};
            if (tag) {
                key = {static_cast<int>(tag->kind), tag->text};
                const std::size_t topic = tag->kind == TagValue::Kind::text ? topic_length(tag->text) : 0;
                if (by_topic && topic > 0) key = {3, tag->text.substr(0, topic)};
                has_topics = has_topics || (by_topic && topic > 0);
            }
            groups[key].push_back(member);
            if (groups.size() > most_groups) return std::nullopt;
        }
        if (groups.size() < 2 || (by_topic && !has_topics)) return std::nullopt;
        const double count = static_cast<double>(groups.size());
        const bool has_gap = groups.contains({-1, ""});
        const bool is_named = names_kind(structures_.tag_places()[place].name);
        std::vector<Members> parts;
        for (auto& [key, part] : groups) parts.push_back(std::move(part));
        Split split = join_alike(std::move(parts), all, true);
        if (split.kinds.size() < 2) return std::nullopt;
        split.worth *=
            1 - std::min(0.4, 0.01 * count) - (has_gap ? 0.05 : 0) - (by_topic ? 0.02 : 0) + (is_named ? 0.1 : 0);
        return split;
    }

    [[nodiscard]] std::optional<Split> split_by_presence(const Members& members, std::uint32_t feature,
                                                         const KindProfile& all) const {
        std::vector<Members> parts(2);
        for (const std::size_t member : members) parts[structures_.has(member, feature) ? 1 : 0].push_back(member);
        if (parts[0].empty() || parts[1].empty()) return std::nullopt;
        Split split = join_alike(std::move(parts), all, false);
        if (split.kinds.size() < 2) return std::nullopt;
        split.worth *= 0.7;  // Of a tag people know what it says.
        return split;
    }

    void consider(std::optional<Split> candidate, std::optional<Split>& best) const {
        if (candidate && (!best || candidate->worth > best->worth)) best = std::move(candidate);
    }

    [[nodiscard]] std::optional<Split> best_split(const Members& members) const {
        const KindProfile all = profile(members);
        std::map<std::uint32_t, std::size_t> places;
        for (const std::size_t member : members) {
            for (const auto& [place, value] : structures_.of(member).tags) ++places[place];
        }
        std::optional<Split> best;
        for (const auto& [place, count] : most_frequent(places)) {
            consider(split_by_tag(members, place, false, all), best);
            consider(split_by_tag(members, place, true, all), best);
        }
        std::map<std::uint32_t, std::size_t> features;
        for (std::uint32_t feature = 0; feature < structures_.features().size(); ++feature) {
            const std::size_t count = all.count(feature);
            if (count > 0 && structures_.features()[feature].is_testable && weight(feature) > 0.4 &&
                count < members.size())
                features.emplace(feature, count);
        }
        for (const auto& [feature, count] : most_frequent(features))
            consider(split_by_presence(members, feature, all), best);
        return best;
    }

    static std::vector<std::pair<std::uint32_t, std::size_t>> most_frequent(
        const std::map<std::uint32_t, std::size_t>& counts) {
        std::vector<std::pair<std::uint32_t, std::size_t>> sorted(counts.begin(), counts.end());
        std::stable_sort(sorted.begin(), sorted.end(),
                         [](const auto& a, const auto& b) { return a.second > b.second; });
        if (sorted.size() > most_candidates) sorted.resize(most_candidates);
        return sorted;
    }

    void split(Members members, std::size_t depth) {
        constexpr std::size_t deepest = 4;
        std::optional<Split> best;
        if (depth < deepest && members.size() > 1 && kinds_.size() < most_kinds) best = best_split(members);
        if (!best || kinds_.size() + best->kinds.size() > most_kinds) {
            kinds_.push_back(std::move(members));
            return;
        }
        for (Members& kind : best->kinds) split(std::move(kind), depth + 1);
    }

    /// The answers to several requests have been parted by what they are about.
    void merge_the_same() {
        std::vector<KindProfile> profiles;
        for (const Members& kind : kinds_) profiles.push_back(profile(kind));
        for (std::size_t one = 0; one < kinds_.size(); ++one) {
            for (std::size_t other = kinds_.size() - 1; other > one; --other) {
                if (values_[kinds_[one].front()].is_object() != values_[kinds_[other].front()].is_object() ||
                    profiles[one].similarity(profiles[other]) < same_in_the_end)
                    continue;
                profiles[one].add(profiles[other]);
                kinds_[one].insert(kinds_[one].end(), kinds_[other].begin(), kinds_[other].end());
                std::sort(kinds_[one].begin(), kinds_[one].end());
                kinds_.erase(kinds_.begin() + static_cast<std::ptrdiff_t>(other));
                profiles.erase(profiles.begin() + static_cast<std::ptrdiff_t>(other));
            }
        }
    }

    const std::vector<JsonValue>& values_;
    const ValueStructures& structures_;
    std::vector<Members> kinds_;
};

/// Kinds that no condition can tell apart become one.
std::vector<MessageKind> told_apart(std::vector<MessageKind> kinds, const std::vector<JsonValue>& values,
                                    const ValueStructures& structures) {
    std::size_t of_some_kind = 0;
    for (const MessageKind& kind : kinds) of_some_kind += kind.values.size();
    const auto lists = static_cast<std::size_t>(std::count_if(
        values.begin(), values.end(), [](const JsonValue& value) { return value.place == ValuePlace::list; }));
    const bool has_plain_values = of_some_kind + lists < values.size();
    for (std::size_t index = 0; index < kinds.size();) {
        std::vector<Members> members;
        for (const MessageKind& kind : kinds) members.push_back(kind.values);
        ConditionSearch search(values, structures, members, index, has_plain_values);
        std::optional<std::vector<KindCondition>> accept = search.find();
        if (accept || kinds.size() == 1 || search.nearest() == index) {
            kinds[index].takes_everything = !accept.has_value();
            kinds[index++].accept = accept ? std::move(*accept) : std::vector<KindCondition>();
            continue;
        }
        const auto [kept, merged] = std::minmax({index, search.nearest()});  // Values: one of them is a temporary.
        Members& all = kinds[kept].values;
        all.insert(all.end(), kinds[merged].values.begin(), kinds[merged].values.end());
        std::sort(all.begin(), all.end());
        kinds.erase(kinds.begin() + static_cast<std::ptrdiff_t>(merged));
        index = 0;  // What the others are told from has changed.
    }
    name_kinds(kinds, structures);
    return kinds;
}

}  // namespace

std::vector<MessageKind> find_message_kinds(const std::vector<JsonValue>& values, const ValueStructures& structures) {
    std::vector<MessageKind> kinds;
    for (Members& members : KindFinder(values, structures).find()) kinds.push_back({.values = std::move(members)});
    return told_apart(std::move(kinds), values, structures);
}

std::vector<MessageKind> find_message_kinds(const SampledMessages& sample, const std::vector<JsonValue>& values,
                                            const ValueStructures& structures) {
    if (sample.groups.empty()) return find_message_kinds(values, structures);
    std::vector<MessageKind> kinds(sample.groups.size());
    for (std::size_t group = 0; group < kinds.size(); ++group) kinds[group].name = sample.groups[group];
    for (std::size_t index = 0; index < values.size(); ++index) {
        if (values[index].place != ValuePlace::list && !structures.of(index).features.empty())
            kinds[sample.messages[values[index].message].group].values.push_back(index);
    }
    std::erase_if(kinds, [](const MessageKind& kind) { return kind.values.empty(); });
    return told_apart(std::move(kinds), values, structures);
}

}  // namespace laminar
