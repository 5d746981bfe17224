#include "server/postgres/session/client_session.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <utility>

#include "connectors/net/exception_text.h"
#include "runtime/database/database_parts.h"

namespace laminar::postgres {

namespace {

constexpr std::size_t most_waiting = 32 << 10;

}  // namespace

void ClientSession::run() noexcept {
    try {
        try {
            answer_messages();
        } catch (const ClientGone&) {
            // There is nobody to tell anything.
        } catch (...) {
            const std::string problem =
                database_.parts().connections.secrets().redact(exception_text(std::current_exception()));
            spdlog::error("postgres: session {}: internal error: {}", key_.process, problem);
            output_.error({.weight = Weight::fatal, .state = "XX000", .message = "internal error: " + problem});
            (void)output_.flush();
        }
        std::unique_ptr<Session> session;
        std::unique_ptr<CatalogReader> reader;
        {
            const MutexLock lock(mutex_);
            session = std::move(session_);
            reader = std::move(catalog_reader_);
        }
        cursors_.clear();
        session.reset();  // While it ends what it has subscribed to, cancel finds nothing any more.
    } catch (...) {
        spdlog::error("postgres: session {} did not end well: {}", key_.process,
                      exception_text(std::current_exception()));
    }
    channel_.finish();
}

void ClientSession::answer_messages() {
    welcome();
    bool goes_on = output_.flush();
    while (goes_on) {
        std::optional<FrontendMessage> message = std::exchange(left_over_, std::nullopt);
        if (!message) message = channel_.next();
        if (!message) break;
        goes_on = answer(*message);
        // What belongs together goes together: answers of the extended protocol wait for its Sync or Flush.
        const bool waits = std::string_view("PBDEC").find(message->type) != std::string_view::npos;
        if (!waits || output_.messages().size() > most_waiting) goes_on = output_.flush() && goes_on;
    }
    if (channel_.ending() == ClientChannel::End::shut_down) {
        output_.error(
            {.weight = Weight::fatal, .state = "57P01", .message = "the connection ends because Laminar is shut down"});
    }
    (void)output_.flush();
}

void ClientSession::welcome() {
    MessageWriter& out = output_.messages();
    out.begin('R');
    out.int32(0);
    out.end();
    out.begin('K');
    out.int32(key_.process);
    out.int32(key_.secret);
    out.end();
    ready();
}

void ClientSession::ready() {
    MessageWriter& out = output_.messages();
    for (const auto& [name, value] : parameters_.take_changes()) {
        out.begin('S');
        out.text(name);
        out.text(value);
        out.end();
    }
    constexpr std::string_view states = "ITE";
    out.begin('Z');
    out.byte(states[static_cast<std::size_t>(transaction_)]);
    out.end();
}

bool ClientSession::answer(const FrontendMessage& message) {
    if (skips_to_sync_ && message.type != 'S' && message.type != 'X' && message.type != '\0') return true;
    switch (message.type) {
        case 'Q': {
            const std::optional<std::string_view> text = MessageReader(message.body).text();
            if (text && text->size() + 1 == message.body.size()) {
                simple_query(*text);
                return true;
            }
            output_.error({.weight = Weight::fatal, .state = "08P01", .message = "a query has no NUL at its end"});
            return false;
        }
        case 'S':
            sync();
            return true;
        case 'X':
            return false;
        case 'H':
        case 'd':  // What is left of a COPY that has failed.
        case 'c':
        case 'f':
            return true;
        case 'P':
        case 'B':
        case 'D':
        case 'E':
        case 'C':
            answer_extended(message);
            return true;
        case 'F':
            (void)fail(
                {.state = "0A000", .message = "functions cannot be called by their number", .hint = "use SELECT"});
            ready();
            return true;
        case '\0':
            output_.error({.weight = Weight::fatal, .state = "08P01", .message = message.body});
            return false;
        default:
            output_.error({.weight = Weight::fatal,
                           .state = "08P01",
                           .message = fmt::format("there is no message of type 0x{:02x}",
                                                  static_cast<unsigned>(static_cast<unsigned char>(message.type)))});
            return false;
    }
}

std::nullopt_t ClientSession::fail(const ErrorMessage& error) {
    output_.error(error);
    if (transaction_ == Transaction::open) transaction_ = Transaction::failed;
    return std::nullopt;
}

bool ClientSession::may(Role needed) {
    if (role_ >= needed) return true;
    (void)fail({.state = "42501", .message = role_refusal(role_, needed)});
    return false;
}

void ClientSession::open_connections() {
    Session* used = nullptr;
    {
        const MutexLock lock(mutex_);
        used = session_.get();
    }
    if (used) used->open_connections();
}

void ClientSession::simple_query(std::string_view text) {
    const PlaceFinding place = place_in(text);
    const QueryText query = read_query(text, place);
    if (query.error) {
        (void)fail(*query.error);
    } else if (query.statements.empty()) {
        output_.messages().begin('I');
        output_.messages().end();
    }
    for (const QueryStatement& statement : query.statements) {
        const std::optional<std::string> tag = execute(statement, place, {});
        if (!tag) break;
        output_.command_complete(*tag);
    }
    // Outside of a transaction the query was one of its own, which ends here.
    if (transaction_ == Transaction::none) prepared_.remove_portals();
    open_connections();
    ready();
}

}  // namespace laminar::postgres
