#include "catalog/options/message_rule.h"

#include <fmt/format.h>

namespace laminar {

std::string to_sql(const MessageRules& rules, std::string_view awaited) {
    std::vector<std::string> texts;
    for (const MessageRule& rule : rules) {
        std::vector<std::string> parts;
        if (!rule.awaited.empty()) parts.push_back(fmt::format("'{}': {}", awaited, to_sql(rule.awaited)));
        if (!rule.refusal.empty()) parts.push_back(fmt::format("'refuse': {}", to_sql(rule.refusal)));
        if (rule.timeout) parts.push_back(fmt::format("'timeout_ms': {}", rule.timeout->count()));
        if (rule.send) parts.push_back(fmt::format("'send': {}", rule.send->to_sql()));
        if (rule.keep) parts.emplace_back("'keep': true");
        texts.push_back(fmt::format("MAP {{{}}}", fmt::join(parts, ", ")));
    }
    return fmt::format("[{}]", fmt::join(texts, ", "));
}

}  // namespace laminar
