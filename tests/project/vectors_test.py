"""scripts/vectors against repositories on this machine, made from the vectors that stand beside the checkout."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "vectors"
VECTORS = pathlib.Path(os.environ.get("VECTORS", ROOT.parent / "shared")) / "vectors"
ROWS = [line.split("\t") for line in (ROOT / "tests" / "vectors.tsv").read_text().splitlines()
        if not line.startswith("#")]


def run(*arguments):
    done = subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


@unittest.skipUnless(VECTORS.is_dir(), f"test vectors not found: {VECTORS}")
class Vectors(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="latchkey_"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.target = self.folder / "vectors"

    def git(self, repository, *arguments):
        subprocess.run(["git", "-C", repository, "-c", "user.name=test", "-c", "user.email=test@example.com",
                        *arguments], check=True, capture_output=True)

    def repositories(self, change=None):
        """A repository for each of the manifest, whose pinned commit is a tag of that name."""
        for repository, commit in {(row[0], row[1]) for row in ROWS}:
            folder = self.folder / "from" / repository
            for row in ROWS:
                if row[0] == repository:
                    path = folder / row[2]
                    path.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(VECTORS / row[3], path)
            if change:
                change(repository, folder)
            self.git(folder.parent, "init", "-q", folder.name)
            self.git(folder, "add", "-A", "-f")
            self.git(folder, "commit", "-q", "-m", "vectors")
            self.git(folder, "tag", commit)
            self.git(folder, "config", "uploadpack.allowFilter", "true")
        return f"file://{self.folder}/from"

    def test_fetches_everything_and_then_nothing(self):
        status, told = run("--from", self.repositories(), self.target)
        self.assertEqual(status, 0, told)
        for row in ROWS:
            self.assertEqual((self.target / row[3]).read_bytes(), (VECTORS / row[3]).read_bytes())
        status, told = run("--from", "file:///nowhere", self.target)
        self.assertEqual((status, told), (0, f"vectors: all {len(ROWS)} files are there and right\n"))

    def test_takes_no_file_that_the_manifest_does_not_name(self):
        def change(repository, folder):
            if repository == "nst/JSONTestSuite":
                (folder / "LICENSE").write_text("another")
        status, told = run("--from", self.repositories(change), self.target)
        self.assertEqual(status, 1)
        self.assertIn("nst/JSONTestSuite: LICENSE is not the file that the manifest names", told)
        self.assertFalse((self.target / "JSONTestSuite" / "LICENSE").exists())
        self.assertTrue((self.target / "wycheproof" / "LICENSE").exists())

    def test_says_where_nothing_can_be_fetched(self):
        status, told = run("--from", "file:///nowhere", self.target)
        self.assertEqual(status, 1)
        self.assertIn("cannot fetch file:///nowhere/", told)

    def test_checks_what_is_there(self):
        shutil.copytree(VECTORS, self.target)
        self.assertEqual(run("--check", self.target)[0], 0)
        (self.target / "llhttp").chmod(0o755)
        (self.target / "llhttp" / "LICENSE").unlink()
        status, told = run("--check", self.target)
        self.assertEqual(status, 1)
        self.assertIn("missing or changed: llhttp/LICENSE", told)
        self.assertIn(f"{len(ROWS) - 1} of {len(ROWS)} files are right", told)


class Usage(unittest.TestCase):
    def test_one_folder_is_wanted(self):
        self.assertEqual(run()[0], 2)
        self.assertEqual(run("--from")[0], 2)
        self.assertEqual(run("--help")[0], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
