#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace laminar {

/// Text to be written to a file, and where in it records end: whoever cannot write all of it knows which records are
/// out, and how much of the next one is. Used by one thread.
class RecordBuffer {
public:
    [[nodiscard]] std::string& text() noexcept { return text_; }
    /// What has been added to the text since the last call is a record.
    void end_record() { ends_.push_back(text_.size()); }
    [[nodiscard]] std::string_view view() const noexcept { return text_; }
    [[nodiscard]] std::size_t records() const noexcept { return ends_.size(); }

    /// Of the first so many bytes of the text.
    struct Whole {
        std::size_t records = 0;
        std::size_t rest = 0;  ///< Bytes after the last whole record.
    };
    [[nodiscard]] Whole whole_within(std::size_t bytes) const noexcept;
    void clear() noexcept;

private:
    std::string text_;
    std::vector<std::size_t> ends_;
};

/// Takes the last so many bytes from the end of a regular file, if they are its end: nobody has written after them.
/// Other files and failures are left as they are: this is what is done after an error.
void cut_off_end(int descriptor, std::size_t bytes) noexcept;

}  // namespace laminar
