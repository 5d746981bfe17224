#pragma once

#include <string>

namespace laminar {

/// Reads a password, from the terminal without showing it or else from the first line of standard input, and prints
/// the line of a users file that it makes. Returns the exit code: 0 done, 1 the password cannot be used, 2 the name
/// cannot.
[[nodiscard]] int hash_password_command(const std::string& user);

}  // namespace laminar
