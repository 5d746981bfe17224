#include "server/postgres/login.h"

#include <fmt/format.h>

#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "parser/text/ascii.h"
#include "server/login/scram_exchange.h"
#include "server/postgres/messages/message_reader.h"
#include "server/postgres/messages/message_writer.h"

namespace laminar::postgres {

namespace net = boost::asio;

namespace {

// What stands where a start-up message has its version.
constexpr std::int32_t cancel_request = 80877102;
constexpr std::int32_t tls_request = 80877103;
constexpr std::int32_t gssapi_request = 80877104;
constexpr std::int32_t protocol_major = 3;

constexpr std::size_t length_size = 4;
constexpr std::int32_t longest_startup = 10'000;  ///< As PostgreSQL has it.
constexpr std::int32_t longest_proof = 4'096;

constexpr std::string_view mechanism = "SCRAM-SHA-256";

// Kinds of an authentication message.
constexpr std::int32_t sasl = 10;
constexpr std::int32_t sasl_continue = 11;
constexpr std::int32_t sasl_final = 12;

}  // namespace

bool Login::refuse(std::string_view state, std::string message, std::string hint) {
    error_ = {.weight = Weight::fatal, .state = state, .message = std::move(message), .hint = std::move(hint)};
    return false;
}

net::awaitable<Login::Outcome> Login::run() {
    const Outcome outcome = co_await begin();
    if (outcome != Outcome::admitted) co_return outcome;
    if (rules_.needs_tls && !transport_.is_encrypted()) {
        (void)refuse("28000", "connections are encrypted here", "connect with sslmode=require, or verify-full");
        co_return Outcome::refused;
    }
    const bool proven = !rules_.users || co_await authenticate();
    co_return proven ? Outcome::admitted : Outcome::refused;
}

net::awaitable<Login::Outcome> Login::begin() {
    bool asked_for_tls = false;
    bool asked_for_gssapi = false;
    while (true) {
        std::string head;
        if (!co_await transport_.read(head, 2 * length_size)) co_return Outcome::refused;
        MessageReader reader(head);
        const std::int32_t length = *reader.int32();
        const std::int32_t version = *reader.int32();
        const auto head_size = static_cast<std::int32_t>(head.size());
        if (length < head_size || length > longest_startup) {
            (void)refuse("08P01", fmt::format("a start-up message of {} bytes is none", length));
            co_return Outcome::refused;
        }
        std::string body;
        if (!co_await transport_.read(body, static_cast<std::size_t>(length - head_size))) co_return Outcome::refused;
        if (version == tls_request && !std::exchange(asked_for_tls, true)) {
            if (!co_await answer_tls_request()) co_return Outcome::refused;
            continue;
        }
        if (version == gssapi_request && !std::exchange(asked_for_gssapi, true)) {
            if (!co_await transport_.write("N")) co_return Outcome::refused;
            continue;
        }
        if (version == cancel_request) {
            MessageReader key(body);
            cancel_key_.process = key.int32().value_or(0);
            cancel_key_.secret = key.int32().value_or(0);
            co_return Outcome::cancels;
        }
        if (version >> 16 != protocol_major) {
            (void)refuse("0A000", fmt::format("protocol version {}.{} is not spoken here, but 3.0", version >> 16,
                                              version & 0xFFFF));
            co_return Outcome::refused;
        }
        if (!read_parameters(body)) co_return Outcome::refused;
        if ((version & 0xFFFF) != 0) {
            MessageWriter out;  // NegotiateProtocolVersion: 3.0, and no option of it is refused by name.
            out.begin('v');
            out.int32(protocol_major << 16);
            out.int32(0);
            out.end();
            if (!co_await transport_.write(out.take())) co_return Outcome::refused;
        }
        co_return Outcome::admitted;
    }
}

net::awaitable<bool> Login::answer_tls_request() {
    if (!rules_.tls || transport_.is_encrypted()) co_return co_await transport_.write("N");
    if (!co_await transport_.write("S")) co_return false;
    std::string problem;
    const bool encrypted = co_await transport_.start_tls(*rules_.tls, problem);
    // There is nobody to tell the client of it: the log is told.
    if (!encrypted) error_.message = "TLS: " + problem;
    co_return encrypted;
}

bool Login::read_parameters(std::string_view body) {
    MessageReader reader(body);
    while (true) {
        const std::optional<std::string_view> name = reader.text();
        if (!name) return refuse("08P01", "the start-up message has no end");
        if (name->empty()) break;
        const std::optional<std::string_view> value = reader.text();
        if (!value) return refuse("08P01", "the start-up message has no end");
        if (*name == "user") {
            user_ = *value;
        } else if (*name == "replication" && *value != "false" && *value != "off" && *value != "0") {
            return refuse("0A000", "there is no replication here");
        } else {
            parameters_[fold_case(*name)] = *value;
        }
    }
    if (!reader.rest().empty()) return refuse("08P01", "something follows the end of the start-up message");
    if (user_.empty()) return refuse("28000", "the start-up message names no user");
    return true;
}

net::awaitable<bool> Login::ask(std::int32_t kind, std::string_view data) {
    MessageWriter out;
    out.begin('R');
    out.int32(kind);
    out.bytes(data);
    out.end();
    co_return co_await transport_.write(out.take());
}

net::awaitable<std::optional<std::string>> Login::read_proof() {
    std::string head;
    if (!co_await transport_.read(head, 1 + length_size)) co_return std::nullopt;
    const std::int32_t length = *MessageReader(std::string_view(head).substr(1)).int32();
    constexpr auto counted = static_cast<std::int32_t>(length_size);
    if (head.front() != 'p' || length < counted || length > longest_proof) {
        (void)refuse("08P01", "this is no answer to the question for a password");
        co_return std::nullopt;
    }
    std::string body;
    if (!co_await transport_.read(body, static_cast<std::size_t>(length - counted))) co_return std::nullopt;
    co_return body;
}

net::awaitable<bool> Login::authenticate() {
    const Users::Claim claim = rules_.users->claim(user_);
    role_ = claim.role;
    ScramExchange exchange(claim.verifier, claim.is_known);
    std::string mechanisms(mechanism);
    mechanisms += '\0';
    mechanisms += '\0';
    if (!co_await ask(sasl, mechanisms)) co_return false;

    const std::optional<std::string> first = co_await read_proof();
    if (!first) co_return false;
    MessageReader reader(*first);
    const std::optional<std::string_view> chosen = reader.text();
    const std::optional<std::int32_t> length = reader.int32();
    if (!chosen || *chosen != mechanism || !length || static_cast<std::size_t>(*length) != reader.rest().size())
        co_return refuse("08P01", "the client does not speak SCRAM-SHA-256");
    const std::optional<std::string> question = exchange.answer_first(reader.rest());
    if (!question) co_return refuse("08P01", "the first message of SCRAM-SHA-256 is malformed");
    if (!co_await ask(sasl_continue, *question)) co_return false;

    const std::optional<std::string> proof = co_await read_proof();
    if (!proof) co_return false;
    const std::optional<std::string> signature = exchange.answer_final(*proof);
    if (!signature) co_return refuse("28P01", fmt::format("password authentication failed for user \"{}\"", user_));
    co_return co_await ask(sasl_final, *signature);
}

}  // namespace laminar::postgres
