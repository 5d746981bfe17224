#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/login/users_file.h"
#include "server/postgres/client_directory.h"
#include "server/postgres/messages/error_message.h"
#include "server/postgres/transport.h"

namespace laminar::postgres {

/// What decides who comes in. Immutable.
struct LoginRules {
    std::shared_ptr<boost::asio::ssl::context> tls;  ///< Null: there is none.
    bool needs_tls = false;
    std::optional<Users> users;  ///< Nothing: whoever comes is let in.
};

/// What a client says before its first statement: TLS, the start-up message, the proof of its password. Nothing of it
/// reaches SQL. On the client's strand.
class Login {
public:
    Login(Transport& transport, std::shared_ptr<const LoginRules> rules)
        : transport_(transport), shared_rules_(std::move(rules)), rules_(*shared_rules_) {}

    enum class Outcome : std::uint8_t {
        admitted,
        refused,  ///< error() is to be told to the client, if it has a message.
        cancels,  ///< It came to cancel another's statement.
    };
    boost::asio::awaitable<Outcome> run();

    [[nodiscard]] const ErrorMessage& error() const noexcept { return error_; }
    [[nodiscard]] const std::string& user() const noexcept { return user_; }
    /// Of the start-up message, but for the user; names in lower case.
    [[nodiscard]] const std::map<std::string, std::string>& parameters() const noexcept { return parameters_; }
    [[nodiscard]] const CancelKey& cancel_key() const noexcept { return cancel_key_; }

private:
    boost::asio::awaitable<Outcome> begin();
    boost::asio::awaitable<bool> answer_tls_request();
    bool read_parameters(std::string_view body);
    boost::asio::awaitable<bool> authenticate();
    /// The next SASL message; nothing: the client is gone, or sends something else.
    boost::asio::awaitable<std::optional<std::string>> read_proof();
    boost::asio::awaitable<bool> ask(std::int32_t kind, std::string_view data);
    bool refuse(std::string_view state, std::string message, std::string hint = {});

    Transport& transport_;
    const std::shared_ptr<const LoginRules> shared_rules_;
    const LoginRules& rules_;
    ErrorMessage error_;
    std::string user_;
    std::map<std::string, std::string> parameters_;
    CancelKey cancel_key_;
};

}  // namespace laminar::postgres
