#pragma once

#include <functional>

#include "runtime/engine/engine.h"

namespace laminar {

/// listener is called after each Engine::commit, when what was committed is on disk, on the engine thread. Of the
/// engine made by Engine::create.
void set_commit_listener(Engine& engine, std::function<void()> listener);

}  // namespace laminar
