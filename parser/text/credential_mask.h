#pragma once

#include <string>
#include <string_view>

namespace laminar {

/// SQL as it may be shown beside an error: string literals that a name before them calls a credential (auth_token =
/// '...', 'X-API-Key': '...') and credentials within URLs and within JSON (by the names of members) are replaced by
/// asterisks, byte by byte, so that positions stay; so do line ends. ${secret:name} references, which say nothing,
/// stay, too. It goes by names alone and so works in text that could not be parsed.
[[nodiscard]] std::string mask_credentials(std::string_view text);

}  // namespace laminar
