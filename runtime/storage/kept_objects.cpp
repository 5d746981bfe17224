#include "runtime/storage/kept_objects.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <vector>

#include "catalog/objects/catalog_object.h"
#include "parser/text/ascii.h"

namespace laminar {

namespace {

std::pair<bool, std::string> key_of(ast::ObjectKind kind, std::string_view name) {
    return {kind == ast::ObjectKind::function, fold_case(name)};
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    constexpr std::string_view spaces = " \t\r\n";
    for (std::size_t begin = text.find_first_not_of(spaces); begin != std::string_view::npos;) {
        const std::size_t end = std::min(text.find_first_of(spaces, begin), text.size());
        words.push_back(text.substr(begin, end - begin));
        begin = text.find_first_not_of(spaces, end);
    }
    return words;
}

/// Words from first to before end, with one before that says where they are.
std::string excerpt(const std::vector<std::string_view>& words, std::size_t first, std::size_t end) {
    constexpr std::size_t most_words = 24;
    first -= std::min<std::size_t>(first, 1);
    const bool is_cut = end - first > most_words;
    if (is_cut) end = first + most_words;
    return fmt::format("{}{}",
                       fmt::join(words.begin() + static_cast<std::ptrdiff_t>(first),
                                 words.begin() + static_cast<std::ptrdiff_t>(end), " "),
                       is_cut ? " ..." : "");
}

}  // namespace

void KeptObjects::add(StoredObject object) {
    auto key = key_of(object.kind, object.name);
    objects_.insert_or_assign(std::move(key), std::move(object));
}

const StoredObject* KeptObjects::find(ast::ObjectKind kind, std::string_view name) const {
    const auto found = objects_.find(key_of(kind, name));
    return found == objects_.end() ? nullptr : &found->second;
}

void KeptObjects::forget(ast::ObjectKind kind, std::string_view name) { objects_.erase(key_of(kind, name)); }

std::string KeptObjects::list() const {
    std::string text;
    for (const auto& [key, object] : objects_)
        text += fmt::format("{}{} \"{}\"", text.empty() ? "" : ", ", kind_name(object.kind), object.name);
    return text;
}

std::string describe_difference(std::string_view kept, std::string_view declared) {
    const std::vector<std::string_view> there = words_of(kept);
    const std::vector<std::string_view> here = words_of(declared);
    const std::size_t shorter = std::min(there.size(), here.size());
    const auto first = static_cast<std::size_t>(
        std::mismatch(there.begin(), there.begin() + static_cast<std::ptrdiff_t>(shorter), here.begin()).first -
        there.begin());
    std::size_t same_end = 0;
    while (same_end < shorter - first && there[there.size() - 1 - same_end] == here[here.size() - 1 - same_end])
        ++same_end;
    return fmt::format("there \"{}\", here \"{}\"", excerpt(there, first, there.size() - same_end),
                       excerpt(here, first, here.size() - same_end));
}

}  // namespace laminar
