#pragma once

#include <span>

#include "server/page/page_assets.h"

namespace laminar {

/// All files of the page; cmake/EmbedPage.cmake writes them into the program.
[[nodiscard]] std::span<const PageAsset> embedded_assets() noexcept;

}  // namespace laminar
