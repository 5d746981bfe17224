#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace laminar::fuzz {

/// One client of a server on this machine: sends all of it, then takes whatever comes, until the server closes or says
/// nothing for so long, or goes on for ten times as long; then it goes. Blocks. Throws std::system_error where nobody
/// listens.
void visit(std::uint16_t port, std::span<const std::uint8_t> bytes, std::chrono::milliseconds silence);

/// For crash reports: what is wrong when a server has not survived its visitor.
[[noreturn]] void fail(const char* reason);

}  // namespace laminar::fuzz
