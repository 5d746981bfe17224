#pragma once

#include <string>

#include "server/login/role.h"

namespace laminar {

struct HashPasswordOptions {
    std::string user;
    bool makes_token = false;  ///< It is a token that is read.
    Role role = Role::admin;
};

/// Reads a password or a token, from the terminal without showing it or else from the first line of standard input, and
/// prints the line of a users file that it makes. Returns the exit code: 0 done, 1 the password cannot be used, 2 the
/// name cannot.
[[nodiscard]] int hash_password_command(const HashPasswordOptions& options);

}  // namespace laminar
