// The format of .npy files: magic, version, length of the header, header, data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "directory.hpp"

namespace tenon::weight_files {

/// What is wrong with a file, for whoever knows its name.
struct npy_problem {
  std::string text;
};

struct npy_header {
  std::string dtype;  // as safetensors calls it: F32, F16, F64, I64, ...; what it does not know as NumPy does
  bool fortran = false;
  std::vector<std::uint64_t> shape;
  std::uint64_t bytes = 0;  // of all that stands in front of the data
  std::uint64_t count = 0;  // elements

  bool is_float() const { return dtype == "F32" || dtype == "F16" || dtype == "F64"; }
};

constexpr std::uint64_t npy_prefix_bytes = 12;  // enough to know how long the header is
constexpr std::uint64_t max_npy_header_bytes = 1
                                               << 16;  // of version 1, and more than any of the others needs

/// Bytes in front of the data, from the first ones of a file; throws npy_problem if it is no .npy file.
std::uint64_t npy_data_begin(bytes prefix);

/// The header from the first bytes of a file, all those in front of its data at least; `file_bytes` is the
/// length of the whole. Throws npy_problem unless the data is as long as the header says.
npy_header parse_npy(bytes beginning, std::uint64_t file_bytes);

/// The data as float in C's order.
void convert_npy(const npy_header& header, bytes data, float* to);

/// Magic, version and header of a float32 array in C's order.
std::string npy_header_for(std::span<const std::int64_t> shape);

}  // namespace tenon::weight_files
