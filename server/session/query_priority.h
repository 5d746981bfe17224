#pragma once

namespace laminar {

/// From now on this thread gives way to those of streams when both want a processor: queries of clients take what is
/// left, and all of it where nothing else runs. For good; threads that it begins later are like it.
void give_way_to_streams() noexcept;

}  // namespace laminar
