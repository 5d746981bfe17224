#pragma once

#include <string_view>

namespace laminar {

/// A file of the page. It lives as long as the program.
struct PageAsset {
    std::string_view path;          ///< Of the request, such as "/script/main.js".
    std::string_view content_type;  ///< With its character set.
    std::string_view entity_tag;    ///< In quotes, as ETag has it: another for other content.
    std::string_view content;
};

/// The file at a path, decoded and without what follows "?"; "/" is the page itself. Null when there is none.
/// Thread-safe.
[[nodiscard]] const PageAsset* find_page_asset(std::string_view path) noexcept;

/// The Content-Security-Policy the page needs and no more: nothing inline, nothing from elsewhere, no markup made of
/// text.
inline constexpr std::string_view page_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

}  // namespace laminar
