#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/http/messages/answer.h"
#include "server/http/messages/request.h"
#include "server/login/access.h"
#include "server/login/role.h"

namespace laminar::http {

/// Who asks.
struct Caller {
    std::string name;  ///< Empty: nobody has to say.
    Role role = Role::admin;
    bool is_known = true;  ///< False: whoever it is has not said, and nobody had to.
};

/// Refuses what another page has a browser ask: requests for a name that this server does not have (DNS rebinding), and
/// those that say that they come from elsewhere. Nothing: it may come in.
[[nodiscard]] std::optional<Error> check_origin(const Request& request, const std::string& own_host,
                                                const std::vector<std::string>& own_names);

/// The caller by the token of a request: Authorization: Bearer, or the parameter access_token where takes_parameter.
/// Nothing: there is no such token.
[[nodiscard]] std::optional<Caller> find_caller(const Request& request, const AccessRules& rules, bool takes_parameter);

}  // namespace laminar::http
