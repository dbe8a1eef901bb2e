#!/usr/bin/env python3
"""Weights inside a program: embedded_test.py PROGRAM WEIGHTS

PROGRAM classifies with LeNet-5; it holds the weights once, as they are, and does not know where their file was."""
import pathlib
import subprocess
import sys

program, weights = map(pathlib.Path, sys.argv[1:])
run = subprocess.run([program.resolve()], cwd='/', env={}, capture_output=True, text=True)
assert run.returncode == 0 and run.stdout == 'class 1\n', run
content = program.read_bytes()
assert content.count(weights.read_bytes()) == 1
assert b'.safetensors' not in content
