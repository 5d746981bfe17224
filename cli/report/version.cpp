#include "cli/report/version.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <boost/version.hpp>

#include "runtime/engine/engine.h"

namespace laminar {

std::string version_text() {
    return fmt::format("laminar {} (DuckDB {}, Boost {}.{}.{}, OpenSSL {})", LAMINAR_VERSION, engine_version(),
                       BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100,
                       OpenSSL_version(OPENSSL_VERSION_STRING));
}

std::string_view program_version() noexcept { return LAMINAR_VERSION; }

}  // namespace laminar
