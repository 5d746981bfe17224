#include "connectors/websocket/frames/deflate_negotiation.h"

#include <fmt/format.h>

#include <boost/beast/http/rfc7230.hpp>
#include <charconv>
#include <set>

#include "parser/text/ascii.h"

namespace laminar {

namespace {

constexpr std::string_view extension_name = "permessage-deflate";
constexpr int least_window_bits = 8;
/// zlib makes a window of 2^9 bytes when it is asked for one of 2^8.
constexpr int least_deflate_window_bits = 9;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

int parse_window_bits(std::string_view text) {
    int bits = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
    return error == std::errc() && end == text.data() + text.size() ? bits : 0;
}

std::optional<std::string> check_parameter(std::string_view name, std::string_view value, int offered_window_bits) {
    if (name == "server_no_context_takeover" || name == "client_no_context_takeover") {
        if (value.empty()) return std::nullopt;
        return fmt::format("{} takes no value, not \"{}\"", name, value);
    }
    const bool is_ours = name == "client_max_window_bits";
    if (!is_ours && name != "server_max_window_bits") return fmt::format("unknown parameter \"{}\"", name);
    const int bits = parse_window_bits(value);
    const int least = is_ours ? least_deflate_window_bits : least_window_bits;
    if (bits >= least && bits <= offered_window_bits) return std::nullopt;
    return fmt::format("{} = \"{}\" is not from {} to the {} that were offered", name, value, least,
                       offered_window_bits);
}

}  // namespace

bool is_feasible_offer(std::string_view offer) {
    for (const auto& [name, parameters] : boost::beast::http::ext_list({offer.data(), offer.size()})) {
        if (!equals_ignoring_case(view(name), extension_name)) continue;
        for (const auto& [parameter, value] : parameters) {
            const bool is_window = equals_ignoring_case(view(parameter), "server_max_window_bits");
            if (is_window && parse_window_bits(view(value)) < least_deflate_window_bits) return false;
        }
        return true;  // Only the first is looked at.
    }
    return true;
}

std::optional<std::string> check_extensions_reply(std::string_view reply, std::optional<int> offered_window_bits) {
    bool seen = false;
    for (const auto& [name, parameters] : boost::beast::http::ext_list({reply.data(), reply.size()})) {
        if (!offered_window_bits || !equals_ignoring_case(view(name), extension_name))
            return fmt::format("the server wants the extension \"{}\", which was not offered", view(name));
        if (seen) return std::string("the server wants permessage-deflate twice");
        seen = true;
        std::set<std::string_view> names;
        for (const auto& [parameter, value] : parameters) {
            std::optional<std::string> problem = check_parameter(view(parameter), view(value), *offered_window_bits);
            if (!names.insert(view(parameter)).second)
                problem = fmt::format("parameter \"{}\" is there twice", view(parameter));
            if (problem) return "the server's answer to permessage-deflate is wrong: " + *problem;
        }
    }
    return std::nullopt;
}

}  // namespace laminar
