#include "server/postgres/statements/session_command.h"

#include <algorithm>
#include <cstddef>

#include "parser/text/ascii.h"
#include "parser/tokens/lexical_forms.h"
#include "server/postgres/statements/session_parameters.h"

namespace laminar::postgres {

namespace {

/// A longer statement is none of these.
constexpr std::size_t longest_command = 4096;

struct Word {
    std::string text;         ///< Of a name in lower case; without quotes.
    bool is_quoted = false;   ///< "name".
    bool is_literal = false;  ///< 'text'.
};

std::string unquoted(std::string_view form) {
    std::string text;
    for (std::size_t i = 1; i + 1 < form.size(); ++i) {
        text += form[i];
        if (form[i] == form.front()) ++i;
    }
    return text;
}

/// The words of a short statement; nothing when it has forms that none of the commands has.
std::optional<std::vector<Word>> words_of(std::string_view text) {
    std::vector<Word> words;
    std::size_t at = 0;
    while (at < text.size()) {
        const char c = text[at];
        std::size_t end = at + 1;
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v') {
            at = end;
            continue;
        }
        if (text.substr(at, 2) == "--") {
            at = std::min(text.find('\n', at), text.size());
            continue;
        }
        if (text.substr(at, 2) == "/*") {
            end = end_of_block_comment(text, at);
            if (end == not_closed) return std::nullopt;
            at = end;
            continue;
        }
        if (c == '\'' || c == '"') {
            end = end_of_quoted(text, at);
            if (end == not_closed) return std::nullopt;
            words.push_back({unquoted(text.substr(at, end - at)), c == '"', c == '\''});
        } else if (is_name_byte(c) || c == '-' || c == '+' || c == '.') {
            while (end < text.size() && (is_name_byte(text[end]) || text[end] == '.')) ++end;
            Word word{.text = std::string(text.substr(at, end - at))};
            for (char& byte : word.text) byte = to_lower(byte);
            words.push_back(std::move(word));
        } else {
            words.push_back({.text = std::string(1, c)});
        }
        at = end;
    }
    return words;
}

class CommandParser {
public:
    explicit CommandParser(const std::vector<Word>& words) : words_(words) {}

    std::optional<SessionCommand> parse() {
        if (take("begin")) return transaction(Kind::begin, "BEGIN");
        if (take("start")) return take("transaction") ? modes({Kind::begin, "START TRANSACTION", {}}) : std::nullopt;
        if (take("commit") || take("end")) return transaction(Kind::commit, "COMMIT");
        if (take("rollback") || take("abort")) return transaction(Kind::rollback, "ROLLBACK");
        if (take("savepoint")) return named({Kind::savepoint, "SAVEPOINT", {}});
        if (take("release")) {
            take("savepoint");
            return named({Kind::release, "RELEASE", {}});
        }
        if (take("discard")) return discard();
        if (take("deallocate")) {
            take("prepare");
            return take("all") ? at_end({Kind::deallocate, "DEALLOCATE ALL", {}})
                               : named({Kind::deallocate, "DEALLOCATE", {}});
        }
        if (take("close"))
            return take("all") ? at_end({Kind::close, "CLOSE CURSOR ALL", {}})
                               : named({Kind::close, "CLOSE CURSOR", {}});
        if (take("unlisten"))
            return take("*") ? at_end({Kind::unlisten, "UNLISTEN", {}}) : named({Kind::unlisten, "UNLISTEN", {}});
        if (take("reset")) return reset();
        if (take("show")) return show();
        if (take("set")) return set();
        return std::nullopt;
    }

private:
    using Kind = SessionCommand::Kind;

    bool take(std::string_view word) {
        if (at_ >= words_.size() || words_[at_].is_quoted || words_[at_].is_literal || words_[at_].text != word)
            return false;
        ++at_;
        return true;
    }
    [[nodiscard]] std::optional<SessionCommand> at_end(SessionCommand command) const {
        if (at_ != words_.size()) return std::nullopt;
        return command;
    }
    std::optional<SessionCommand> named(SessionCommand command) {
        if (at_ >= words_.size() || words_[at_].is_literal) return std::nullopt;
        command.name = words_[at_++].text;
        return at_end(std::move(command));
    }
    /// ISOLATION LEVEL ..., READ ONLY, ...: there is one kind of transaction here.
    std::optional<SessionCommand> modes(SessionCommand command) {
        for (; at_ < words_.size(); ++at_) {
            static constexpr std::string_view known[] = {"isolation", "level",     "serializable", "repeatable",
                                                         "read",      "committed", "uncommitted",  "only",
                                                         "write",     "not",       "deferrable",   ","};
            if (std::find(std::begin(known), std::end(known), words_[at_].text) == std::end(known)) return std::nullopt;
        }
        return command;
    }
    std::optional<SessionCommand> transaction(Kind kind, std::string_view tag) {
        if (!take("work")) take("transaction");
        SessionCommand command{kind, std::string(tag), {}};
        if (kind == Kind::begin) return modes(std::move(command));
        if (kind == Kind::rollback && take("to")) {
            take("savepoint");
            command.kind = Kind::rollback_to;
            return named(std::move(command));
        }
        if (take("and")) {
            command.chains = !take("no");
            if (!take("chain")) return std::nullopt;
        }
        return at_end(std::move(command));
    }
    std::optional<SessionCommand> discard() {
        for (const std::string_view what : {"all", "plans", "sequences", "temp", "temporary"}) {
            if (!take(what)) continue;
            SessionCommand command{Kind::discard, "DISCARD ", std::string(what)};
            for (const char byte : what) command.tag += to_upper(byte);
            return at_end(std::move(command));
        }
        return std::nullopt;
    }
    /// TIME ZONE, TRANSACTION ISOLATION LEVEL, SESSION AUTHORIZATION, or a name.
    std::string parameter() {
        if (take("time")) return take("zone") ? "timezone" : "";
        if (take("transaction")) return take("isolation") && take("level") ? "transaction_isolation" : "";
        if (at_ >= words_.size() || words_[at_].is_literal) return {};
        std::string name = words_[at_++].text;
        for (char& byte : name) byte = to_lower(byte);
        return SessionParameters::is_known(name) ? name : std::string();
    }
    std::optional<SessionCommand> reset() {
        if (take("all")) return at_end({Kind::reset, "RESET", {}});
        SessionCommand command{Kind::reset, "RESET", parameter()};
        if (command.name.empty()) return std::nullopt;
        return at_end(std::move(command));
    }
    std::optional<SessionCommand> show() {
        if (take("all")) return at_end({Kind::show, "SHOW", {}});
        SessionCommand command{Kind::show, "SHOW", parameter()};
        if (command.name.empty()) return std::nullopt;
        return at_end(std::move(command));
    }
    std::optional<SessionCommand> set() {
        if (take("session")) {
            if (take("characteristics"))
                return take("as") && take("transaction") ? modes({Kind::set_transaction, "SET", {}}) : std::nullopt;
        } else {
            take("local");
        }
        if (at_ + 1 < words_.size() && words_[at_].text == "transaction" && words_[at_ + 1].text != "=") {
            ++at_;
            return modes({Kind::set_transaction, "SET", {}});
        }
        SessionCommand command{Kind::set, "SET", {}};
        const bool is_time_zone =
            at_ + 1 < words_.size() && words_[at_].text == "time" && words_[at_ + 1].text == "zone";
        if (take("names")) {
            command.name = "client_encoding";
        } else {
            command.name = parameter();
            if (command.name.empty() || (!is_time_zone && !take("=") && !take("to"))) return std::nullopt;
        }
        if (take("default") || (is_time_zone && take("local"))) return at_end(std::move(command));
        for (bool more = true; more; more = take(",")) {
            if (at_ >= words_.size()) return std::nullopt;
            command.values.push_back(words_[at_++].text);
        }
        return at_end(std::move(command));
    }

    const std::vector<Word>& words_;
    std::size_t at_ = 0;
};

}  // namespace

std::optional<SessionCommand> parse_session_command(std::string_view statement) {
    if (statement.size() > longest_command) return std::nullopt;
    const std::optional<std::vector<Word>> words = words_of(statement);
    if (!words) return std::nullopt;
    return CommandParser(*words).parse();
}

}  // namespace laminar::postgres
