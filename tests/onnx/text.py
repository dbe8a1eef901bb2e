"""Texts of tenon's language: expressions, layers and their options."""
import numpy as np

CALL, PRODUCT, SUM, CHAIN = range(4)  # how loosely a text binds


class Text:
    """A part of an expression, and how loosely it binds."""

    def __init__(self, text, level):
        self.text, self.level = text, level

    def within(self, level):
        return self.text if self.level <= level else f'({self.text})'

    def pipe(self, layer):
        return Text((f'({self.text})' if self.level in (PRODUCT, SUM) else self.text) + ' | ' + layer, CHAIN)


def real(value):
    """The shortest decimal that is this float32."""
    return np.format_float_positional(np.float32(value), unique=True, trim='-')


def numbers(values):
    return ', '.join(str(int(v)) for v in values)


def extent(values):
    """5, or extent{1, 7}"""
    return numbers(values[:1]) if len(set(values)) == 1 else f'extent{{{numbers(values)}}}'


def option(name, values, default):
    """[name{...}], or nothing where all values are the default."""
    if all(v == default for v in values):
        return []
    return [f'{name}{{{numbers(values[:1] if len(set(values)) == 1 else values)}}}']


def padding(pads):
    """[padding{...}] of ONNX's pads: all beginnings, then all ends."""
    begins, ends = pads[:len(pads) // 2], pads[len(pads) // 2:]
    return option('padding', begins if begins == ends else pads, 0)


def layer(name, *arguments):
    """name<arguments>, or only the name"""
    return f'{name}<{", ".join(arguments)}>' if arguments else name
