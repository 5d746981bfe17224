#include "cli/infer/kinds/kind_names.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>

#include "cli/infer/kinds/tag_names.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

using Words = std::set<std::string>;

/// The parts of a topic: "btcusdt@bookTicker" has two.
Words words_of(const std::string& text) {
    Words words;
    std::string word;
    for (const char c : text + " ") {
        if (is_letter_or_digit(c) || c == '_') {
            word += c;
            continue;
        }
        if (word.size() > 2 && std::any_of(word.begin(), word.end(), is_letter)) words.insert(word);
        word.clear();
    }
    return words;
}

/// Of all tags of a kind, the words that every one of its values has at the same place.
Words common_words(const MessageKind& kind, const ValueStructures& structures) {
    Words all;
    for (const auto& [place, first] : structures.of(kind.values.front()).tags) {
        if (!names_kind(structures.tag_places()[place].name)) continue;
        std::optional<Words> common;
        for (const std::size_t value : kind.values) {
            const TagValue* tag = structures.tag(value, place);
            const Words own = tag && tag->kind == TagValue::Kind::text ? words_of(tag->text) : Words();
            if (!common) {
                common = own;
            } else {
                std::erase_if(*common, [&](const std::string& word) { return !own.contains(word); });
            }
            if (common->empty()) break;
        }
        all.insert(common->begin(), common->end());
    }
    return all;
}

std::string name_by_condition(const MessageKind& kind) {
    for (const KindCondition& condition : kind.accept) {
        if (condition.test != KindCondition::Test::exists && condition.values.front().kind == TagValue::Kind::text)
            return condition.values.front().text;
    }
    return {};
}

bool looks_like_an_answer(const MessageKind& kind) {
    constexpr std::array<std::string_view, 8> places{"$.result", "$.id",     "$.success", "$.error",
                                                     "$.code",   "$.status", "$.op",      "$.event"};
    return std::any_of(kind.accept.begin(), kind.accept.end(), [&](const KindCondition& condition) {
        return std::find(places.begin(), places.end(), condition.place) != places.end();
    });
}

}  // namespace

void name_kinds(std::vector<MessageKind>& kinds, const ValueStructures& structures) {
    std::vector<Words> words;
    for (const MessageKind& kind : kinds) words.push_back(common_words(kind, structures));
    for (std::size_t index = 0; index < kinds.size(); ++index) {
        MessageKind& kind = kinds[index];
        if (kind.name.empty()) kind.name = name_by_condition(kind);
        if (!kind.name.empty()) continue;
        Words own = words[index];
        for (std::size_t other = 0; other < kinds.size(); ++other) {
            if (other != index)
                std::erase_if(own, [&](const std::string& word) { return words[other].contains(word); });
        }
        const bool is_told = kinds.size() > 1 && !own.empty();
        if (is_told)
            kind.name = *std::max_element(
                own.begin(), own.end(), [](const std::string& a, const std::string& b) { return a.size() < b.size(); });
        else
            kind.name = looks_like_an_answer(kind) ? "answers" : "messages";
    }
}

}  // namespace laminar
