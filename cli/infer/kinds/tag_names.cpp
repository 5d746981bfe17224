#include "cli/infer/kinds/tag_names.h"

#include <algorithm>
#include <array>

#include "parser/text/ascii.h"

namespace laminar {

bool names_kind(std::string_view name) {
    constexpr std::array<std::string_view, 26> words{
        "type",   "event",  "e",  "ev",   "channel", "topic",        "kind",         "op",        "method",
        "action", "msg",    "t",  "cmd",  "command", "msgtype",      "messagetype",  "eventtype", "table",
        "name",   "stream", "ch", "feed", "object",  "subscription", "message_type", "event_type"};
    const std::string folded = fold_case(name);
    return std::find(words.begin(), words.end(), folded) != words.end();
}

std::size_t topic_length(std::string_view text) {
    const std::size_t at = text.find_first_of(".:/@|");
    if (at == std::string_view::npos || at < 2) return 0;
    // Not of things: "XBT/USD", and no time.
    const std::string_view topic = text.substr(0, at);
    const bool is_word = std::all_of(topic.begin(), topic.end(), [](char c) { return is_letter(c) || c == '_'; });
    const bool is_symbol = std::all_of(topic.begin(), topic.end(), [](char c) { return c < 'a' || c > 'z'; });
    return is_word && !is_symbol ? at + 1 : 0;
}

}  // namespace laminar
