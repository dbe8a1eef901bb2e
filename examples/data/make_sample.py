#!/usr/bin/env python3
"""Cuts the sample out of the 10,000 test images of Fashion-MNIST: the first 500 images and their labels.

    apt-get install dataset-fashion-mnist && python3 make_sample.py [DIRECTORY WITH t10k-*.gz]

Writes sample-images-idx3-ubyte.gz and sample-labels-idx1-ubyte.gz beside this script. Every run
gives the same bytes: the gzip header carries neither a time nor a name.
"""
import gzip
import io
import pathlib
import struct
import sys

COUNT = 500
SOURCE = "/usr/share/datasets/fashion-mnist"


def cut(data, count):
    """The IDX file `data` with its first `count` elements only."""
    rank = data[3]
    total, *extents = struct.unpack_from(f">{rank}I", data, 4)
    header = 4 + 4 * rank
    element = 1
    for extent in extents:
        element *= extent
    if len(data) != header + total * element or total < count:
        raise SystemExit("not the file this script was made for")
    return data[:4] + struct.pack(f">{rank}I", count, *extents) + data[header:header + count * element]


def main():
    source = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else SOURCE)
    here = pathlib.Path(__file__).resolve().parent
    for kind in ("images-idx3", "labels-idx1"):
        data = gzip.decompress((source / f"t10k-{kind}-ubyte.gz").read_bytes())
        packed = io.BytesIO()
        with gzip.GzipFile("", "wb", 9, packed, mtime=0) as file:
            file.write(cut(data, COUNT))
        (here / f"sample-{kind}-ubyte.gz").write_bytes(packed.getvalue())


if __name__ == "__main__":
    main()
