#pragma once

#include <string>
#include <string_view>

#include "runtime/storage/files/file_access.h"

namespace laminar {

/// A file that is under its name only when all of it is there and on disk: until then it is beside it, as NAME.partial,
/// which goes away with this object. What was left there by a process that was killed is written over; another file of
/// that name stays, and is an error. Errors are thrown as DamagedFile. One thread.
class FinishedFile {
public:
    /// The name must be free. beginning: how every such file begins, which tells what was left from other files.
    FinishedFile(const std::string& path, std::string_view beginning);
    ~FinishedFile();
    FinishedFile(const FinishedFile&) = delete;
    FinishedFile& operator=(const FinishedFile&) = delete;

    [[nodiscard]] int descriptor() const noexcept { return file_.get(); }
    /// Begins anew.
    void clear();
    /// Gives it its name. Never in the place of another file, whenever that has come.
    void publish();

private:
    void check_left_over(std::string_view beginning) const;

    std::string path_;
    std::string partial_;
    FileDescriptor file_;
    bool is_published_ = false;
};

/// Whether what is under that name is what was opened: another process may have given it another name meanwhile.
[[nodiscard]] bool leads_to(const std::string& path, const FileDescriptor& opened) noexcept;

/// from becomes to, which must not be there (an empty directory may be, where from is one). False with errno otherwise.
[[nodiscard]] bool rename_to_free_name(const std::string& from, const std::string& to) noexcept;

}  // namespace laminar
