#!/usr/bin/env python3
"""The command line of fashion: what it says to wrong arguments and broken files.

    fashion_cli_test.py FASHION DATA      the program, the folder examples/data
"""
import gzip
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

FASHION, DATA = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1))
IMAGES, LABELS = (DATA / f"sample-{kind}-ubyte.gz" for kind in ("images-idx3", "labels-idx1"))
WEIGHTS = DATA / "lenet5-fashion.safetensors"


def fashion(*arguments):
    return subprocess.run([FASHION, *map(str, arguments)], capture_output=True, text=True, encoding="utf-8",
                          stdin=subprocess.DEVNULL, timeout=300)


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fashion test "))
        self.addCleanup(shutil.rmtree, self.folder)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def refused(self, *arguments, says):
        """One line on stderr that contains every text of `says`, nothing on stdout, exit status 1."""
        result = fashion(*arguments)
        self.assertEqual((result.returncode, result.stdout), (1, ""), result.stderr)
        self.assertRegex(result.stderr, r"\Aerror: [^\n]+\n\Z")
        for text in says:
            self.assertIn(str(text), result.stderr)

    def small_set(self, count):
        """The first images and labels of the sample, uncompressed."""
        images, labels = (gzip.decompress(path.read_bytes()) for path in (IMAGES, LABELS))
        return (self.file("images", images[:4] + struct.pack(">I", count) + images[8:16 + count * 784]),
                self.file("labels", labels[:4] + struct.pack(">I", count) + labels[8:8 + count]))

    def test_help(self):
        result = fashion("--help")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        for option in ("--images", "--labels", "--weights", "--model", "--data"):
            self.assertIn(option, result.stdout)

    def test_arguments(self):
        self.refused("--model", "alexnet", says=["alexnet", "lenet5", "resnet8", "all"])
        self.refused("--model", says=["--model"])
        self.refused("--images", IMAGES, says=["--images", "--labels"])
        self.refused("--labels", LABELS, says=["--images", "--labels"])
        self.refused("--weights", WEIGHTS, says=["--weights", "--model"])
        self.refused("--speed", says=["--speed"])
        self.refused("picture.png", says=["picture.png"])

    def test_images(self):
        packed = IMAGES.read_bytes()
        plain = gzip.decompress(packed)
        broken = {
            self.folder / "absent": "No such file",
            self.folder: "directory",
            self.file("empty", b""): "empty",
            self.file("cut.gz", packed[:len(packed) // 2]): "truncated",
            self.file("cut", plain[:-1]): "truncated",
            self.file("longer", plain + b"\0"): "behind",
            self.file("zip", b"PK\3\4" + bytes(100)): "not an IDX file",
            self.file("floats", b"\0\0\x0d\3" + plain[4:]): "0x0d",
            self.file("huge", plain[:4] + b"\xff\xff\xff\xff" + plain[8:]): "4294967295",
            self.file("wide", plain[:4] + struct.pack(">3I", 1, 28, 56) + bytes(28 * 56)): "28x56",
        }
        for path, reason in broken.items():
            with self.subTest(path.name):
                self.refused("--images", path, "--labels", LABELS, says=[path, reason])

    def test_labels(self):
        _, four = self.small_set(4)
        no_class = self.file("ten", struct.pack(">2I", 0x801, 500) + bytes([10] * 500))
        self.refused("--images", IMAGES, "--labels", four, says=[four, "4 labels", "500 images"])
        self.refused("--images", IMAGES, "--labels", IMAGES, says=[IMAGES, "images where labels"])
        self.refused("--images", IMAGES, "--labels", no_class, says=[no_class, "label 0 is 10"])

    def test_weights(self):
        weights = WEIGHTS.read_bytes()
        small = [*zip(("--images", "--labels"), self.small_set(4))]
        data = [argument for pair in small for argument in pair]
        for path in (self.folder / "absent.safetensors", self.folder, self.file("empty.safetensors", b""),
                     self.file("cut.safetensors", weights[:-1]), DATA / "resnet8-fashion.safetensors", IMAGES):
            with self.subTest(path.name):
                self.refused(*data, "--model", "lenet5", "--weights", path, says=[path])
        self.refused(*data, "--data", self.folder, says=[self.folder])

    def test_report(self):
        images, labels = self.small_set(4)
        result = fashion("--images", images, "--labels", labels, "--model", "lenet5", "--weights", WEIGHTS)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        for text in ("LeNet-5", "of 4 correct", "Ankle boot", "Confusion", "median", "images per second"):
            self.assertIn(text, result.stdout)
        for text in ("ResNet-8", "\033", "\r"):  # no colours and no progress bar where there is no terminal
            self.assertNotIn(text, result.stdout)


if __name__ == "__main__":
    unittest.main()
