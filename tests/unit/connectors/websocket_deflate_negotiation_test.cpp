#include <doctest/doctest.h>

#include "connectors/websocket/frames/deflate_negotiation.h"

namespace laminar {

TEST_CASE("permessage-deflate: an offer with a window that zlib cannot make is not feasible") {
    CHECK(is_feasible_offer(""));
    CHECK(is_feasible_offer("permessage-deflate"));
    CHECK(is_feasible_offer("permessage-deflate; server_max_window_bits=9; client_max_window_bits=8"));
    CHECK_FALSE(is_feasible_offer("permessage-deflate; server_max_window_bits=8"));
    CHECK_FALSE(is_feasible_offer("x-other, Permessage-Deflate; Server_Max_Window_Bits=8"));
}

TEST_CASE("permessage-deflate: a reply must keep to the offer") {
    const auto is_good = [](std::string_view reply, std::optional<int> offered) {
        return !check_extensions_reply(reply, offered);
    };
    CHECK(is_good("", std::nullopt));
    CHECK(is_good("", 15));
    CHECK(is_good("permessage-deflate", 15));
    CHECK(is_good("permessage-deflate; server_no_context_takeover; client_no_context_takeover", 15));
    CHECK(is_good("permessage-deflate; server_max_window_bits=8; client_max_window_bits=9", 12));
    CHECK_FALSE(is_good("permessage-deflate", std::nullopt));
    CHECK_FALSE(is_good("x-other", 15));
    CHECK_FALSE(is_good("permessage-deflate, permessage-deflate", 15));
    CHECK_FALSE(is_good("permessage-deflate; server_max_window_bits=13", 12));
    CHECK_FALSE(is_good("permessage-deflate; client_max_window_bits=13", 12));
    CHECK_FALSE(is_good("permessage-deflate; client_max_window_bits=8", 15));
    CHECK_FALSE(is_good("permessage-deflate; server_max_window_bits=7", 15));
    CHECK_FALSE(is_good("permessage-deflate; server_max_window_bits", 15));
    CHECK_FALSE(is_good("permessage-deflate; server_no_context_takeover=1", 15));
    CHECK_FALSE(is_good("permessage-deflate; server_no_context_takeover; server_no_context_takeover", 15));
    CHECK_FALSE(is_good("permessage-deflate; surprise", 15));
    CHECK(*check_extensions_reply("permessage-deflate; server_max_window_bits=13", 12) ==
          "the server's answer to permessage-deflate is wrong: server_max_window_bits = \"13\" is not from 8 to the 12 "
          "that were offered");
}

}  // namespace laminar
