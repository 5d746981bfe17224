#include "connectors/websocket/client/feed_position.h"

#include <optional>
#include <utility>

#include "catalog/options/json_path.h"
#include "catalog/options/url.h"
#include "catalog/threads/mutex.h"
#include "connectors/codec/json/json_lookup.h"
#include "connectors/codec/json/json_text.h"

namespace laminar {

namespace {

/// The position in one value, or in the last element of an array that has one.
std::optional<std::string_view> position_in(std::string_view value, const std::vector<std::string>& steps) {
    std::optional<std::string_view> found = find_json_value(value, steps);
    if (!found && value.starts_with('[')) {
        JsonElements elements(value);
        while (const auto element = elements.next()) {
            const auto here = find_json_value(*element, steps);
            if (here && *here != "null") found = here;
        }
    }
    return found && *found != "null" ? found : std::nullopt;
}

}  // namespace

FeedPosition::FeedPosition(std::string_view path) { set_path(path); }

void FeedPosition::set_path(std::string_view path) {
    steps_.clear();
    if (!path.empty()) steps_ = parse_json_path(path).value_or(std::vector<std::string>());
}

bool FeedPosition::note(std::string_view message) {
    if (!is_kept() || !is_json(message)) return false;
    std::optional<std::string_view> found;
    for (std::size_t at = skip_json_space(message, 0); at < message.size(); at = skip_json_space(message, at)) {
        const std::size_t end = end_of_json_value(message, at);
        if (const auto here = position_in(message.substr(at, end - at), steps_)) found = here;
        at = end;
    }
    if (!found) return false;
    const MutexLock lock(mutex_);
    position_.assign(*found);
    return true;
}

std::string FeedPosition::current() const {
    const MutexLock lock(mutex_);
    return position_;
}

void FeedPosition::set(std::string position) {
    const MutexLock lock(mutex_);
    position_ = std::move(position);
}

std::string FeedPosition::fill_url(std::string_view text) const {
    constexpr std::string_view reference = "${resume}";
    std::string result(text);
    std::size_t at = result.find(reference);
    if (at == std::string::npos) return result;
    const std::string position = percent_encoded(json_value_text(current()));
    for (; at != std::string::npos; at = result.find(reference, at + position.size()))
        result.replace(at, reference.size(), position);
    return result;
}

}  // namespace laminar
