#pragma once

#include <string>
#include <string_view>

namespace laminar {

// What looks like a secret, by its name or by itself, where nothing says so for certain. A text that is taken for one
// in vain costs the user a line in a file; a secret that is not shows in a script.

/// The name of a header, a parameter or a member.
[[nodiscard]] bool is_secret_name(std::string_view name);

/// A key that a machine has made: letters and digits in a mix that nobody writes, base64, or a JSON Web Token.
[[nodiscard]] bool looks_made_up(std::string_view text);

/// What a message is called that proves who sends it: auth, LOGIN, public/auth, user.login.
[[nodiscard]] bool names_login(std::string_view text);

/// A text with *** in the place of credentials of the URLs in it.
[[nodiscard]] std::string without_url_credentials(std::string_view text);

}  // namespace laminar
