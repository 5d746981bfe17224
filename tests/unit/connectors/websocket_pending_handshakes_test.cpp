#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include "connectors/net/pending_handshakes.h"

namespace laminar {

TEST_CASE("pending handshakes: the oldest of the address that has the most gives way") {
    PendingHandshakes pending(4);
    std::string gone;
    const auto add = [&](const std::string& ip, const std::string& name) {
        return pending.add(ip, [&gone, name] { gone += name + " "; });
    };
    const std::uint64_t alone = add("10.0.0.1", "a1");
    const std::uint64_t first = add("10.0.0.2", "b1");
    add("10.0.0.2", "b2");
    add("10.0.0.3", "c1");
    CHECK(gone.empty());
    add("10.0.0.4", "d1");
    CHECK(gone == "b1 ");
    CHECK_FALSE(pending.remove(first));
    add("10.0.0.4", "d2");
    CHECK(gone == "b1 a1 ");  // All have one: the oldest.
    CHECK_FALSE(pending.remove(alone));
    for (int i = 0; i < 100; ++i) add("10.0.0.4", "d");
    CHECK(pending.size() == 4);
    CHECK(gone.find("b2") == std::string::npos);
    CHECK(gone.find("c1") == std::string::npos);
}

}  // namespace laminar
