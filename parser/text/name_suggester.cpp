#include "parser/text/name_suggester.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <optional>

#include "parser/text/ascii.h"

namespace laminar {
namespace {

// Longer names are not typed by hand; the bound also keeps the cost of a suggestion small.
constexpr std::size_t longest_comparable = 128;

/// Insertions, deletions, replacements and swaps of neighbours that turn one text into the other.
std::size_t edit_distance(std::string_view from, std::string_view to) {
    using Row = std::array<std::size_t, longest_comparable + 1>;
    Row before_previous{};
    Row previous{};
    Row current{};
    for (std::size_t j = 0; j <= to.size(); ++j) previous[j] = j;
    for (std::size_t i = 1; i <= from.size(); ++i) {
        current[0] = i;
        for (std::size_t j = 1; j <= to.size(); ++j) {
            const std::size_t replaced = previous[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
            current[j] = std::min({replaced, previous[j] + 1, current[j - 1] + 1});
            const bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
            if (swapped) current[j] = std::min(current[j], before_previous[j - 2] + 1);
        }
        before_previous = previous;
        previous = current;
    }
    return previous[to.size()];
}

std::vector<std::string_view> sorted_words(std::string_view name) {
    std::vector<std::string_view> words;
    for (std::size_t begin = 0; begin <= name.size();) {
        const std::size_t end = std::min(name.find('_', begin), name.size());
        words.push_back(name.substr(begin, end - begin));
        begin = end + 1;
    }
    std::sort(words.begin(), words.end());
    return words;
}

/// Mistakes people make beyond a slip of the finger: a name cut short or grown (reconnect_interval for
/// reconnect_interval_ms), or its words in another order.
bool is_familiar_variant(std::string_view name, std::string_view candidate) {
    const auto& [shorter, longer] = std::minmax(name, candidate, [](auto a, auto b) { return a.size() < b.size(); });
    if (shorter.size() >= 3 && shorter.size() * 3 >= longer.size() && longer.starts_with(shorter)) return true;
    if (name.size() != candidate.size() || name.find('_') == std::string_view::npos) return false;
    return sorted_words(name) == sorted_words(candidate);
}

struct Likeness {
    std::size_t rank = 0;      ///< 0 for the same name in other case.
    std::size_t distance = 0;  ///< Decides between equal ranks.
};

std::optional<Likeness> compare_names(std::string_view name, std::string_view candidate) {
    if (candidate.empty() || candidate.size() > longest_comparable) return std::nullopt;
    const std::size_t distance = edit_distance(name, candidate);
    if (is_familiar_variant(name, candidate)) return Likeness{std::min<std::size_t>(distance, 1), distance};
    const std::size_t longer = std::max(name.size(), candidate.size());
    const std::size_t shorter = std::min(name.size(), candidate.size());
    // One slip in every three characters; two-letter names have too many neighbours to guess from.
    const std::size_t allowed = longer <= 2 ? 0 : std::max<std::size_t>(1, longer / 3);
    if (distance > allowed || distance >= shorter) return std::nullopt;
    return Likeness{distance, distance};
}

}  // namespace

std::string suggest_name(std::string_view name, std::span<const std::string> candidates) {
    if (name.empty() || name.size() > longest_comparable) return {};
    const std::string wanted = fold_case(name);
    const std::string* best = nullptr;
    Likeness best_likeness;
    for (const std::string& candidate : candidates) {
        if (candidate == name) continue;  // The very name is known not to work.
        const std::optional<Likeness> likeness = compare_names(wanted, fold_case(candidate));
        if (!likeness) continue;
        const bool better = best == nullptr || likeness->rank < best_likeness.rank ||
                            (likeness->rank == best_likeness.rank && likeness->distance < best_likeness.distance);
        if (better) {
            best = &candidate;
            best_likeness = *likeness;
        }
    }
    return best == nullptr ? std::string() : *best;
}

std::string did_you_mean(std::string_view name, std::span<const std::string> candidates) {
    const std::string suggestion = suggest_name(name, candidates);
    return suggestion.empty() ? std::string() : fmt::format("did you mean \"{}\"?", suggestion);
}

}  // namespace laminar
