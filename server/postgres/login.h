#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/login/access.h"
#include "server/postgres/client_directory.h"
#include "server/postgres/messages/error_message.h"
#include "server/session/transport.h"

namespace laminar::postgres {

/// What a client says before its first statement: TLS, the start-up message, the proof of its password. Nothing of it
/// reaches SQL. On the client's strand.
class Login {
public:
    Login(Transport& transport, std::shared_ptr<const AccessRules> rules)
        : transport_(transport), shared_rules_(std::move(rules)), rules_(*shared_rules_) {}

    enum class Outcome : std::uint8_t {
        admitted,
        refused,  ///< error() is to be told to the client, if it has a message.
        cancels,  ///< It came to cancel another's statement.
    };
    boost::asio::awaitable<Outcome> run();

    [[nodiscard]] const ErrorMessage& error() const noexcept { return error_; }
    [[nodiscard]] const std::string& user() const noexcept { return user_; }
    [[nodiscard]] Role role() const noexcept { return role_; }
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
    const std::shared_ptr<const AccessRules> shared_rules_;
    const AccessRules& rules_;
    ErrorMessage error_;
    std::string user_;
    Role role_ = Role::admin;
    std::map<std::string, std::string> parameters_;
    CancelKey cancel_key_;
};

}  // namespace laminar::postgres
