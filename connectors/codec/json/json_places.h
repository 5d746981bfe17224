#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace laminar {

/// Finds values at given paths in JSON, all in one pass that reads no more than it needs to: by them it is decided
/// whose a message is, before it is decoded. Names are case-sensitive; of a field given twice the first counts. Any
/// number of threads may look, once all places have been added.
class JsonPlaces {
public:
    /// By place: the text of a scalar, the opening bracket of an object or array; empty where nothing is.
    using Found = std::vector<std::string_view>;

    JsonPlaces();
    ~JsonPlaces();
    JsonPlaces(const JsonPlaces&) = delete;
    JsonPlaces& operator=(const JsonPlaces&) = delete;

    /// Steps as parse_json_place gives them. Returns the place's index in Found; that of the same path if it is known.
    std::size_t add(const std::vector<std::string>& steps);
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    struct Look {
        std::size_t end = 0;     ///< Behind the value, or where it was given up.
        bool is_broken = false;  ///< What stands there is not JSON. Otherwise it may be, and may yet not.
    };
    /// Looks in the value that begins at an offset (no space before it). to_end: not to stop when all has been found,
    /// so that Look::end is the value's. Recurses as deep as the places are.
    [[nodiscard]] Look look(std::string_view text, std::size_t begin, bool to_end, Found& found) const;

private:
    struct Node;
    class Scan;

    std::unique_ptr<Node> root_;
    std::size_t size_ = 0;
};

}  // namespace laminar
