#include "cli/infer/kinds/message_path.h"

#include <fmt/format.h>

#include <algorithm>

#include "parser/text/ascii.h"

namespace laminar {
namespace {

/// A name that stands for itself between dots.
bool is_bare(std::string_view name) {
    return !is_digit(name.front()) && std::all_of(name.begin(), name.end(), [](char c) {
        return is_letter_or_digit(c) || c == '_' || c == '-' || static_cast<unsigned char>(c) >= 0x80;
    });
}

bool append_member(std::string& text, const std::string& name) {
    // Digits are the place of an element, too.
    if (name.empty() || std::all_of(name.begin(), name.end(), is_digit)) return false;
    if (is_bare(name)) {
        text += '.' + name;
    } else if (name.find('"') == std::string::npos) {
        text += fmt::format(".\"{}\"", name);
    } else if (name.find('\'') == std::string::npos) {
        text += fmt::format("['{}']", name);
    } else {
        return false;
    }
    return true;
}

}  // namespace

PathStep member_step(std::string_view name) { return {PathStep::Kind::member, std::string(name), 0}; }
PathStep element_step(std::size_t index) { return {PathStep::Kind::element, {}, index}; }
PathStep each_step() { return {PathStep::Kind::each, {}, 0}; }

MessagePath extended(const MessagePath& path, PathStep step) {
    MessagePath longer = path;
    longer.push_back(std::move(step));
    return longer;
}

bool begins_with(const MessagePath& path, const MessagePath& beginning) {
    return path.size() >= beginning.size() && std::equal(beginning.begin(), beginning.end(), path.begin());
}

MessagePath without_beginning(const MessagePath& path, const MessagePath& beginning) {
    return {path.begin() + static_cast<std::ptrdiff_t>(beginning.size()), path.end()};
}

std::optional<std::string> path_text(const MessagePath& path) {
    std::string text = "$";
    for (const PathStep& step : path) {
        switch (step.kind) {
            case PathStep::Kind::member:
                if (!append_member(text, step.name)) return std::nullopt;
                break;
            case PathStep::Kind::element:
                text += fmt::format("[{}]", step.index);
                break;
            case PathStep::Kind::each:
                text += "[*]";
                break;
        }
    }
    return text;
}

}  // namespace laminar
