#pragma once

#include <string>

#include "runtime/storage/files/file_access.h"

namespace laminar {

/// A file that is under its name only when all of it is there and on disk: until then it is beside it, as NAME.partial,
/// which goes away with this object. What was left by a process that was killed is written over. Errors are thrown as
/// DamagedFile. One thread.
class FinishedFile {
public:
    /// The name must be free.
    explicit FinishedFile(const std::string& path);
    ~FinishedFile();
    FinishedFile(const FinishedFile&) = delete;
    FinishedFile& operator=(const FinishedFile&) = delete;

    [[nodiscard]] int descriptor() const noexcept { return file_.get(); }
    /// Begins anew.
    void clear();
    /// Gives it its name. Never in the place of another file, whenever that has come.
    void publish();

private:
    std::string path_;
    std::string partial_;
    FileDescriptor file_;
    bool is_published_ = false;
};

/// from becomes to, which must not be there (an empty directory may be, where from is one). False with errno otherwise.
[[nodiscard]] bool rename_to_free_name(const std::string& from, const std::string& to) noexcept;

}  // namespace laminar
