#pragma once

#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

namespace laminar {

/// Reads a regular file byte by byte through a buffer. Throws std::system_error when it cannot be opened or read, or is
/// not a regular file (reading from a pipe could wait forever).
class FileReader {
public:
    static constexpr int end = -1;

    explicit FileReader(const std::string& path);

    /// The next byte without taking it, or end.
    [[nodiscard]] int peek() {
        if (position_ == filled_ && !refill()) return end;
        return static_cast<unsigned char>(buffer_[position_]);
    }
    int take() {
        const int byte = peek();
        if (byte != end) ++position_;
        return byte;
    }

private:
    bool refill();

    std::string path_;
    std::ifstream file_;
    std::vector<char> buffer_;
    std::size_t position_ = 0;
    std::size_t filled_ = 0;
};

}  // namespace laminar
