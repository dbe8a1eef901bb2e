"""Numbers for the tensors of the zoo, from the tensor's name and shape alone, the same bit for bit as seeded.hpp.

Element i of a tensor has 24 random bits r: the upper ones of splitmix64's output number i + 1, started at the 64-bit
FNV-1a hash of the name.

    weight of two axes or more  uniform in +-sqrt(6 / fan_in), fan_in = product of all extents but the first: what He et
                                al. (2015) start a network with relus from, so that signals neither grow nor vanish
    running_var, other weight   uniform in 0.75 .. 1.25
    running_mean, bias          uniform in +-0.125
    the input of a network      uniform in +-1

Each number is one integer, exact as a float, times one float: no other rounding, no order of operations to agree on.
"""
import math

import numpy as np

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
CHUNK = 1 << 20


def hash_of(name):
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001B3 & MASK
    return value


def random_bits(name, begin, end):
    """24 bits for each of the elements from begin to end."""
    z = np.arange(begin + 1, end + 1, dtype=np.uint64) * np.uint64(GOLDEN) + np.uint64(hash_of(name))
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(40)).astype(np.int32)


def tensor(name, shape):
    count = int(np.prod(shape))
    kind = name.rsplit(".", 1)[-1]
    positive = kind == "running_var" or (kind == "weight" and len(shape) == 1)
    if kind == "weight" and not positive:
        largest = math.sqrt(6.0 / int(np.prod(shape[1:])))
    else:
        largest = 1.0 if kind == "input" else 0.125
    scale = np.float32(largest * 2.0**-23)
    out = np.empty(count, np.float32)
    for begin in range(0, count, CHUNK):
        bits = random_bits(name, begin, min(begin + CHUNK, count))
        if positive:
            out[begin:begin + CHUNK] = (bits // 4 + 3 * 2**21).astype(np.float32) * np.float32(2.0**-23)
        else:
            out[begin:begin + CHUNK] = (bits - 2**23).astype(np.float32) * scale
    return out.reshape(shape)
