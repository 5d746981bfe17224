#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace laminar {

/// What the grammar lets follow an unfinished statement.
struct ExpectedWords {
    std::vector<std::string> keywords;  ///< In upper case, in ascending order.
    bool name = false;                  ///< A name, or an expression that may begin with one.
};

/// text is the beginning of one statement, up to where the next word begins. Nothing is expected after text that the
/// grammar does not accept, inside a string or comment, and in statements of more than 2,000 words. Words that could
/// only stand there as names are left out. Thread-safe.
[[nodiscard]] ExpectedWords expected_words(std::string_view text);

}  // namespace laminar
