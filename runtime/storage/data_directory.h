#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "runtime/storage/files/directory_files.h"
#include "runtime/storage/files/file_access.h"
#include "runtime/storage/files/file_check.h"

namespace laminar {

/// A data directory cannot be used: what is wrong with it, where, and what to do.
class DataDirectoryError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The directory in which a database lives (--data-dir): whose it is, in which version of the format, and where its
/// files are. It is this process's alone from the beginning to the end of the object, or of the process, however that
/// comes. One thread.
class DataDirectory {
public:
    /// Opens it, or makes it where there is none; its parent must be there. Throws DataDirectoryError.
    explicit DataDirectory(const std::string& path);
    DataDirectory(const DataDirectory&) = delete;
    DataDirectory& operator=(const DataDirectory&) = delete;

    [[nodiscard]] const std::string& path() const noexcept { return files_.path(); }  ///< Absolute.
    [[nodiscard]] const DirectoryFiles& files() const noexcept { return files_; }
    [[nodiscard]] std::string database_file() const { return files_.database(); }
    /// Where large sorts and joins spill to: the engine makes it, beside its database.
    [[nodiscard]] std::string spill_directory() const;

    /// The database has still to be made in it; until complete() a start begins anew.
    [[nodiscard]] bool is_incomplete() const noexcept { return incomplete_; }
    /// An earlier version wrote it, which kept no state: complete() says that it has become one of this version.
    [[nodiscard]] bool is_older() const noexcept { return older_; }
    /// An earlier version wrote it, and all of it can be gone on with: complete() says that it is of this version.
    [[nodiscard]] bool is_previous() const noexcept { return previous_; }
    /// The database is there: nothing in it is ever cleared from here on. Throws DataDirectoryError.
    void complete();

    /// What its files said before the engine opened them. The log in them is what a start has to work off: nothing
    /// after an end in good order. Empty of a directory that is incomplete.
    [[nodiscard]] const FileFacts& found() const noexcept { return found_; }
    /// Bytes at the end of the log that were being written when a process ended: they are gone.
    [[nodiscard]] std::uint64_t cut_bytes() const noexcept { return cut_bytes_; }

private:
    void make_or_check();
    void check_files_are_ours() const;
    void lock();
    void read_format();
    void write_format(bool incomplete) const;
    void check_and_cut();

    DirectoryFiles files_;
    FileDescriptor lock_;  ///< Holds it for as long as it is open. The file stays: who waits for it holds it open.
    bool incomplete_ = false;
    bool older_ = false;
    bool previous_ = false;
    FileFacts found_;
    std::uint64_t cut_bytes_ = 0;
};

/// The text of the format file. Throws DamagedFile unless this version knows the format, and the directory is complete.
[[nodiscard]] std::string read_format_text(const DirectoryFiles& files);
/// "process 4711 on host web1", as the owner of the lock wrote it.
[[nodiscard]] std::string lock_owner(const DirectoryFiles& files);

}  // namespace laminar
