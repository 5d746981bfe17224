"""The README's map of the folders is the tree, and so is that of docs/architecture.md; folders of the product depend on one
another in one direction: that of the table."""

import collections
import pathlib
import re
import shutil
import subprocess
import unittest

from laminar_process import PROJECT

ROOMS = ("parser", "catalog", "connectors", "runtime", "server", "cli")
# A folder that a newcomer can look over.
MOST_FILES = 32


def folder(path):
    return str(pathlib.PurePosixPath(path).parent)


class FolderMapTest(unittest.TestCase):
    def files(self):
        """Relative to the project; what git knows, where there is git."""
        if shutil.which("git"):
            listed = subprocess.run(["git", "-C", PROJECT, "ls-files"], capture_output=True, text=True).stdout.splitlines()
            if listed: return [path for path in listed if (PROJECT / path).exists()]
        return [str(path.relative_to(PROJECT)) for path in PROJECT.rglob("*")
                if path.is_file() and path.relative_to(PROJECT).parts[0] not in ("build", ".git", ".cache")]

    def sources(self):
        return [path for path in self.files() if path.split("/")[0] in ROOMS and path.endswith((".h", ".cpp"))]

    def test_every_folder_is_described_and_exists(self):
        described = set(re.findall(r"^\| `([\w/.]+)/` \|", (PROJECT / "README.md").read_text(), re.MULTILINE))
        folders = {path.split("/")[0] for path in self.files() if "/" in path and not path.startswith(".")}
        self.assertEqual({name.split("/")[0] for name in described}, folders)
        for name in described:
            self.assertTrue((PROJECT / name).is_dir(), name)

    def tree(self):
        """The folders of docs/architecture.md, in its order."""
        return re.findall(r"^\| `([\w/]+)/` \|", (PROJECT / "docs/architecture.md").read_text(), re.MULTILINE)

    def test_the_architecture_shows_the_tree(self):
        self.assertEqual(sorted(self.tree()), sorted({folder(path) for path in self.sources()}))

    def test_folders_stay_small(self):
        sizes = collections.Counter(map(folder, self.sources()))
        self.assertEqual({}, {name: size for name, size in sizes.items() if size > MOST_FILES})

    def test_folders_include_only_what_stands_above_them(self):
        place = {name: number for number, name in enumerate(self.tree())}
        sources = set(self.sources())
        backwards = []
        for path in sources:
            headers = re.findall(r'^#include "([^"]+)"', (PROJECT / path).read_text(encoding="utf-8"), re.MULTILINE)
            backwards += [f"{path} includes {header}" for header in headers
                          if header in sources and place[folder(header)] > place[folder(path)]]
        self.assertEqual([], sorted(backwards))

    def test_only_its_own_folder_knows_what_is_of_websocket_alone(self):
        words = re.compile(r"websocket|subprotocol|client_id|session_id|tls_subject|query_parameters|close code|"
                           r"rfc 6455|server mode|client mode", re.IGNORECASE)
        folders = ("rows", "codec", "local", "file", "generator", "stdout", "blackhole", "recorded")
        told = [f"{path}: {line.strip()}" for path in self.sources()
                if folder(path) == "connectors" or path.startswith(tuple(f"connectors/{name}/" for name in folders))
                for line in (PROJECT / path).read_text(encoding="utf-8").splitlines() if words.search(line)]
        self.assertEqual([], told)


if __name__ == "__main__":
    unittest.main()
