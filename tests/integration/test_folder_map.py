"""The README's map of the folders is the tree."""

import re
import subprocess
import unittest

from laminar_process import PROJECT


class FolderMapTest(unittest.TestCase):
    def test_every_folder_is_described_and_exists(self):
        described = set(re.findall(r"^\| `([\w/.]+)/` \|", (PROJECT / "README.md").read_text(), re.MULTILINE))
        listing = subprocess.run(["git", "-C", PROJECT, "ls-files"], capture_output=True, text=True)
        if listing.returncode == 0:
            files = listing.stdout.splitlines()
        else:  # Not a git checkout.
            files = [str(path.relative_to(PROJECT)) for path in PROJECT.glob("*/*") if path.parent.name != "build"]
        folders = {file.split("/")[0] for file in files if "/" in file and not file.startswith(".")}
        self.assertEqual({name.split("/")[0] for name in described}, folders)
        for name in described:
            self.assertTrue((PROJECT / name).is_dir(), name)


if __name__ == "__main__":
    unittest.main()
