#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/options/computed_text.h"
#include "connectors/matching/message_matcher.h"
#include "connectors/websocket/options/options.h"
#include "connectors/websocket/session/expected_message.h"
#include "connectors/websocket/session/text_sender.h"

namespace laminar {

/// What is said on a new connection before it counts as connected: the steps of handshake, the messages of
/// subscribe_message, and the reply of subscribe_confirm. Immutable; any number of openings may go by it.
class OpeningScript {
public:
    /// options: with their secrets.
    explicit OpeningScript(const WebSocketOptions& options);

    struct Step {
        std::string place;  ///< "step 2 of handshake", "subscribe_message", "subscribe_confirm".
        bool is_handshake = false;
        std::optional<ComputedText> send;   ///< Absent: a message is awaited.
        std::chrono::milliseconds pause{};  ///< Since the one before it was sent.
        std::string awaited;                ///< In words: "message with $.type = auth_ok".
        std::chrono::milliseconds patience{};
        std::optional<ExpectedReply> reply;          ///< Of subscribe_confirm; elsewhere:
        std::unique_ptr<MessageMatcher> conditions;  ///< Of the refusal, where there is one, and of what is expected.
        std::size_t expected = 0;                    ///< The number of the latter.
    };
    [[nodiscard]] const std::vector<Step>& steps() const noexcept { return steps_; }
    /// Whether anything is awaited.
    [[nodiscard]] bool awaits_messages() const noexcept;

private:
    std::vector<Step> steps_;
};

/// An opening that goes on. Belongs to the strand of its stream; borrows its arguments.
class Opening {
public:
    enum class Reaction : std::uint8_t {
        not_awaited,  ///< The message is none of its business.
        taken,        ///< The message is no row. It has gone on, or failed: see problem().
    };

    using Clock = SendPace::Clock;

    Opening(const OpeningScript& script, TextSender& sender)
        : script_(script), steps_(script.steps()), sender_(sender) {}

    [[nodiscard]] const OpeningScript& script() const noexcept { return script_; }

    /// Sends what is to be sent now: first of all, and when the next sending is due. False: it has failed.
    bool go_on();
    /// When it is to go on by itself, because what it sends next must wait for that; nullopt: a message is awaited, or
    /// it is over.
    [[nodiscard]] std::optional<Clock::time_point> sending_due() const;
    [[nodiscard]] Reaction take(std::string_view message);

    [[nodiscard]] bool is_over() const noexcept { return at_ == steps_.size(); }
    /// In the steps of handshake: the peer does not know yet who we are.
    [[nodiscard]] bool is_in_handshake() const noexcept { return !is_over() && steps_[at_].is_handshake; }
    /// Why it has failed; empty while it has not. May quote the peer.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
    /// What such a failure is called in the log.
    [[nodiscard]] std::string_view event() const noexcept {
        return is_in_handshake() ? "handshake_failed" : "subscribe_failed";
    }

    // While it awaits a message or its time to send, or has failed in doing so:
    [[nodiscard]] std::chrono::milliseconds patience() const noexcept { return steps_[at_].patience; }
    /// Counts up with each message that has been taken or sent: each has patience of its own.
    [[nodiscard]] std::size_t position() const noexcept { return at_; }
    /// "waits for the reply to its subscription", "step 1 of handshake: waits for a message with $.op = 10"
    [[nodiscard]] std::string describe_wait() const;
    /// "no message with $.op = 10 within 5000 ms (step 1 of handshake); nothing came"
    [[nodiscard]] std::string describe_silence() const;
    /// "before the message with $.op = 10 (step 1 of handshake)"
    [[nodiscard]] std::string describe_end() const;

private:
    const OpeningScript& script_;
    const std::vector<OpeningScript::Step>& steps_;
    TextSender& sender_;
    std::size_t at_ = 0;
    Clock::time_point last_sent_ = Clock::time_point::min();
    std::string received_;  ///< The latest message that was awaited.
    bool has_received_ = false;
    std::string last_other_;  ///< What came instead of what is awaited, shortened.
    std::string problem_;
    MessageMatcher::Look look_;
};

}  // namespace laminar
