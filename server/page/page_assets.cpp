#include "server/page/page_assets.h"

#include <algorithm>
#include <span>

#include "server/page/embedded_assets.h"

namespace laminar {

const PageAsset* find_page_asset(std::string_view path) noexcept {
    const std::span<const PageAsset> assets = embedded_assets();
    if (path == "/") path = "/index.html";
    const auto found = std::ranges::find(assets, path, &PageAsset::path);
    return found == assets.end() ? nullptr : &*found;
}

}  // namespace laminar
