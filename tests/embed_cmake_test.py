#!/usr/bin/env python3
"""tenon_embed in a CMake project: embed_cmake_test.py CMAKE MESON_SOURCE_ROOT; a changed file is put in anew."""
import pathlib
import subprocess
import sys
import tempfile

cmake, root = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()


def weights(n):
    return (2).to_bytes(8, 'little') + b'{}' + bytes(n)


with tempfile.TemporaryDirectory() as folder:
    project = pathlib.Path(folder)
    (project / 'CMakeLists.txt').write_text(f'''cmake_minimum_required(VERSION 3.18)
project(embeds CXX)
set(CMAKE_CXX_STANDARD 20)
include_directories("{root}/include")
include("{root}/src/embed/TenonEmbed.cmake")
add_executable(main main.cpp)
tenon_embed(main some::nets::Net "two words.safetensors")
tenon_embed(main Other other.safetensors)
''')
    (project / 'main.cpp').write_text('''#include <tenon/embedded.hpp>
#include <cstdio>
namespace some::nets { struct Net; }
struct Other;
int main() {
  const auto net = tenon::embedded_file<some::nets::Net>(), other = tenon::embedded_file<Other>();
  std::printf("%zu %c %zu\\n", net.size(), char(net[8]), other.size());
}
''')
    (project / 'two words.safetensors').write_bytes(weights(3))
    (project / 'other.safetensors').write_bytes(weights(0))
    subprocess.run([cmake, '-S', folder, '-B', project / 'build', '-DCMAKE_CXX_COMPILER_LAUNCHER='], check=True)
    for extra in (3, 500):
        (project / 'two words.safetensors').write_bytes(weights(extra))
        subprocess.run([cmake, '--build', project / 'build'], check=True)
        run = subprocess.run([project / 'build' / 'main'], check=True, capture_output=True, text=True)
        assert run.stdout == f'{10 + extra} {{ 10\n', run.stdout
