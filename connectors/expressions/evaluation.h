#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "catalog/options/computed_text.h"
#include "catalog/options/secret_resolver.h"

namespace laminar {

/// What a text of a connection is evaluated with. What is not given is not there: the functions that would want it are
/// refused when the connection is declared. Borrows everything.
struct EvaluationScope {
    std::int64_t now = 0;                             ///< UTC microseconds.
    const SecretResolver* secrets = nullptr;          ///< Remembers what is made of secrets, so that it is not shown.
    SecretUse use = SecretUse::messages;              ///< Of what is made of them.
    std::int64_t* last_id = nullptr;                  ///< Of the session: NEXT_ID() is one more.
    std::function<std::string()> position = {};       ///< As JSON; empty before the first.
    std::optional<std::string_view> received = {};    ///< The message that is answered.
    std::optional<std::string_view> message_id = {};  ///< Of the message that is acknowledged.
    bool wants_text = false;  ///< A JSON string as its characters: in a header or a URL, not in a message.
};

/// What a text has come to: a payload, nothing (NULL), or a problem.
struct Evaluation {
    std::optional<std::string> payload;
    bool binary = false;  ///< It is a BLOB.
    std::string problem;  ///< Why it cannot be computed; empty when it can. May quote the peer, and secrets.
};

/// Evaluates a text whose secrets are resolved: an expression, or a constant in which ${resume} and ${message_id} are
/// replaced. Reads no file and waits for nothing: for the strand of a connection. Bounded by the sizes of what it is
/// given, and by 64 MiB.
[[nodiscard]] Evaluation evaluate(const ComputedText& text, const EvaluationScope& scope);

/// A text with a placeholder replaced by a JSON value (empty: none). In JSON "${name}" as a whole string becomes the
/// value itself (null where there is none), elsewhere in a string its characters; in other texts its characters.
[[nodiscard]] std::string fill_placeholder(std::string_view text, std::string_view placeholder, std::string_view json);

}  // namespace laminar
