"""The README's map of the folders is the tree."""

import re
import shutil
import subprocess
import unittest

from laminar_process import PROJECT


class FolderMapTest(unittest.TestCase):
    def files_in_git(self):
        """Empty where this is no checkout, or there is no git."""
        if not shutil.which("git"): return []
        return subprocess.run(["git", "-C", PROJECT, "ls-files"], capture_output=True, text=True).stdout.splitlines()

    def test_every_folder_is_described_and_exists(self):
        described = set(re.findall(r"^\| `([\w/.]+)/` \|", (PROJECT / "README.md").read_text(), re.MULTILINE))
        files = self.files_in_git()
        if not files:
            files = [str(path.relative_to(PROJECT)) for path in PROJECT.glob("*/*") if path.parent.name != "build"]
        folders = {file.split("/")[0] for file in files if "/" in file and not file.startswith(".")}
        self.assertEqual({name.split("/")[0] for name in described}, folders)
        for name in described:
            self.assertTrue((PROJECT / name).is_dir(), name)


if __name__ == "__main__":
    unittest.main()
