#include <fmt/format.h>

#include <algorithm>

#include "server/postgres/session/client_session.h"

namespace laminar::postgres {

namespace {

constexpr std::size_t most_savepoints = 1'000;

ErrorMessage no_transaction() {
    return {.weight = Weight::warning, .state = "25P01", .message = "there is no transaction"};
}

}  // namespace

std::optional<std::string> ClientSession::execute(const SessionCommand& command) {
    using Kind = SessionCommand::Kind;
    switch (command.kind) {
        case Kind::begin:
            if (transaction_ == Transaction::open) {
                output_.error(
                    {.weight = Weight::warning, .state = "25001", .message = "there is a transaction already"});
            }
            transaction_ = Transaction::open;
            break;
        case Kind::commit:
        case Kind::rollback:
            return end_transaction(command);
        case Kind::savepoint:
        case Kind::rollback_to:
        case Kind::release:
            return in_transaction(command);
        case Kind::set:
            if (const auto problem = parameters_.set(command.name, command.values)) return fail(*problem);
            break;
        case Kind::reset:
            if (command.name.empty()) {
                parameters_.reset_all();
            } else if (const auto problem = parameters_.set(command.name, {})) {
                return fail(*problem);
            }
            break;
        case Kind::show:
            show(command);
            break;
        case Kind::discard:
            if (command.name == "all") {
                if (transaction_ != Transaction::none)
                    return fail({.state = "25001", .message = "DISCARD ALL cannot be in a transaction"});
                parameters_.reset_all();
                prepared_.clear();
                cursors_.clear();
            }
            break;
        case Kind::deallocate:
            if (command.name.empty()) {
                prepared_.clear();
            } else if (!prepared_.remove_statement(command.name))
                return fail(
                    {.state = "26000", .message = fmt::format("there is no prepared statement \"{}\"", command.name)});
            break;
        case Kind::close:
            if (command.name.empty()) {
                cursors_.clear();
            } else if (!find_cursor(command.name)) {
                return std::nullopt;
            } else {
                cursors_.erase(command.name);
            }
            break;
        case Kind::set_transaction:
        case Kind::unlisten:
            break;
    }
    return command.tag;
}

std::string ClientSession::end_transaction(const SessionCommand& command) {
    const bool is_commit = command.kind == SessionCommand::Kind::commit;
    if (transaction_ == Transaction::none) output_.error(no_transaction());
    const bool undoes = !is_commit || transaction_ == Transaction::failed;
    if (undoes && has_changed_) {
        output_.error({.weight = Weight::warning,
                       .state = "01000",
                       .message = "what statements of this transaction have changed stays: it is not undone"});
    }
    has_changed_ = false;
    savepoints_.clear();
    close_cursors_of_transaction();
    prepared_.remove_portals();
    transaction_ = command.chains ? Transaction::open : Transaction::none;
    return undoes ? "ROLLBACK" : "COMMIT";
}

std::optional<std::string> ClientSession::in_transaction(const SessionCommand& command) {
    using Kind = SessionCommand::Kind;
    if (transaction_ == Transaction::none)
        return fail(
            {.state = "25P01", .message = command.tag + " is for transactions", .hint = "write BEGIN before it"});
    if (command.kind == Kind::savepoint) {
        if (savepoints_.size() >= most_savepoints)
            return fail(
                {.state = "54000", .message = fmt::format("a transaction may have {} savepoints", most_savepoints)});
        savepoints_.push_back({command.name, ++births_});
    } else {
        const auto found = std::find_if(savepoints_.rbegin(), savepoints_.rend(),
                                        [&](const Savepoint& savepoint) { return savepoint.name == command.name; });
        if (found == savepoints_.rend())
            return fail({.state = "3B001", .message = fmt::format("there is no savepoint \"{}\"", command.name)});
        const bool stays = command.kind == Kind::rollback_to;
        // What was made since then goes; what was there before goes on where it was.
        if (stays) {
            const std::uint64_t born = found->born;
            prepared_.remove_portals_after(born);
            std::erase_if(cursors_, [born](const auto& each) { return each.second->born > born; });
        }
        savepoints_.erase(found.base() - (stays ? 0 : 1), savepoints_.end());
        if (stays) {
            transaction_ = Transaction::open;
            if (has_changed_) {
                output_.error({.weight = Weight::warning,
                               .state = "01000",
                               .message = "what statements of this transaction have changed stays: it is not undone"});
            }
        }
    }
    return command.tag;
}

void ClientSession::show(const SessionCommand& command) {
    if (!command.name.empty()) {
        output_.text_rows({std::string(SessionParameters::shown_name(command.name))},
                          {{parameters_.value(command.name)}});
        return;
    }
    std::vector<std::vector<std::string_view>> rows;
    for (const auto& [name, value] : parameters_.all()) rows.push_back({name, value, ""});
    output_.text_rows({"name", "setting", "description"}, rows);
}

}  // namespace laminar::postgres
