#include "connectors/websocket/session/opening.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "parser/text/utf8.h"

namespace laminar {
namespace {

constexpr std::chrono::milliseconds default_patience{10'000};
/// Of what a peer has said, in messages to people.
constexpr std::size_t most_shown = 200;

OpeningScript::Step make_step(const MessageRule& rule, std::size_t number) {
    OpeningScript::Step step;
    step.place = fmt::format("step {} of handshake", number);
    step.is_handshake = true;
    step.send = rule.send;
    if (rule.send) return step;
    step.awaited = "message with " + describe_conditions(rule.awaited);
    step.patience = rule.timeout.value_or(default_patience);
    step.conditions = std::make_unique<MessageMatcher>();
    // A refusal counts before what it may look like.
    if (!rule.refusal.empty()) step.conditions->add(rule.refusal);
    step.expected = step.conditions->add(rule.awaited);
    return step;
}

}  // namespace

OpeningScript::OpeningScript(const WebSocketOptions& options) {
    for (const MessageRule& rule : options.handshake) steps_.push_back(make_step(rule, steps_.size() + 1));
    for (const ComputedText& message : options.subscribe_message) {
        Step step;
        step.place = "subscribe_message";
        step.send = message;
        // A subscription's distance is from another; from what was said before it there is none.
        if (&message != &options.subscribe_message.front()) step.pause = options.subscribe_interval;
        steps_.push_back(std::move(step));
    }
    if (options.subscribe_confirm.empty()) return;
    Step step;
    step.place = "subscribe_confirm";
    step.reply.emplace(options.subscribe_confirm);
    step.awaited = "reply with " + step.reply->description();
    step.patience = options.subscribe_confirm_timeout;
    steps_.push_back(std::move(step));
}

bool OpeningScript::awaits_messages() const noexcept {
    return std::any_of(steps_.begin(), steps_.end(), [](const Step& step) { return !step.send; });
}

std::optional<Opening::Clock::time_point> Opening::sending_due() const {
    if (is_over() || !problem_.empty() || !steps_[at_].send) return std::nullopt;
    const bool is_first = last_sent_ == Clock::time_point::min();
    return std::max(sender_.pace().next(), is_first ? last_sent_ : last_sent_ + steps_[at_].pause);
}

bool Opening::go_on() {
    for (; !is_over() && steps_[at_].send; ++at_) {
        if (*sending_due() > Clock::now()) return true;
        const std::string problem =
            sender_.send(*steps_[at_].send, SecretUse::opening,
                         has_received_ ? std::optional<std::string_view>(received_) : std::nullopt);
        last_sent_ = Clock::now();
        if (problem.empty()) continue;
        problem_ = fmt::format("{}: {}", steps_[at_].place, problem);
        return false;
    }
    last_other_.clear();
    return true;
}

Opening::Reaction Opening::take(std::string_view message) {
    if (is_over() || !problem_.empty()) return Reaction::not_awaited;
    const OpeningScript::Step& step = steps_[at_];
    if (step.send) return Reaction::not_awaited;
    const std::optional<std::size_t> met =
        step.reply ? (step.reply->matches(message) ? std::optional<std::size_t>(step.expected) : std::nullopt)
                   : step.conditions->find(message, look_);
    if (!met) {
        last_other_ = quote_excerpt(message, most_shown);
        return Reaction::not_awaited;
    }
    if (*met != step.expected) {
        problem_ = fmt::format("refused in {}: {}", step.place, quote_excerpt(message, most_shown));
        return Reaction::taken;
    }
    received_.assign(message);
    has_received_ = true;
    ++at_;
    (void)go_on();
    return Reaction::taken;
}

std::string Opening::describe_wait() const {
    const OpeningScript::Step& step = steps_[at_];
    if (step.send) return fmt::format("{}: waits for its time to send", step.place);
    if (!step.is_handshake) return "waits for the reply to its subscription";
    return fmt::format("{}: waits for a {}", step.place, step.awaited);
}

std::string Opening::describe_silence() const {
    const OpeningScript::Step& step = steps_[at_];
    return fmt::format("no {} within {} ms ({}); {}", step.awaited, step.patience.count(), step.place,
                       last_other_.empty() ? "nothing came" : "the last message was " + last_other_);
}

std::string Opening::describe_end() const {
    const OpeningScript::Step& step = steps_[at_];
    if (step.send) return fmt::format("before all was sent ({})", step.place);
    return fmt::format("before the {} ({})", step.awaited, step.place);
}

}  // namespace laminar
