// The writer of safetensors files. The header is padded to a multiple of 8 bytes, so that the data is
// aligned.

#include <algorithm>
#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>

#include "elements.hpp"
#include "tenon/weight_file.hpp"
#include "words.hpp"

namespace tenon {
namespace {

using weight_files::say;

std::string little_endian(std::uint64_t word, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += static_cast<char>(word >> 8 * i & 255);
  return text;
}

/// Tensors in a row, with their elements one behind the other.
struct group {
  std::span<const tensor_spec> specs;
  std::span<const float> values;
};

/// Throws std::invalid_argument unless the elements are those of the tensors.
void check_length(const group& g, const char* what) {
  std::uint64_t count = 0;
  for (const tensor_spec& spec : g.specs) count += weight_files::element_count(spec.shape).value_or(0);
  if (count != g.values.size()) {
    throw std::invalid_argument(
        say("write_safetensors: expected ", count, " elements of ", what, ", found ", g.values.size()));
  }
}

/// The shortest text that is read back as the same number.
std::string decimal_text(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

}  // namespace

void write_safetensors(const std::string& path, const file_contents& network, std::span<const float> values,
                       const self_test& test) {
  std::vector<group> groups{{network.tensors, values}};
  check_length(groups[0], "the weights");
  if (test) {
    groups.push_back({network.test_inputs, test.input});
    groups.push_back({network.test_outputs, test.output});
    check_length(groups[1], "the self-test's inputs");
    check_length(groups[2], "the self-test's outputs");
    if (!(test.tolerance >= 0 && test.tolerance <= 1))
      throw std::invalid_argument("write_safetensors: expected a tolerance from 0 to 1");
  }

  nlohmann::ordered_json header;
  header["__metadata__"]["tenon.architecture"] = weight_files::hexadecimal(network.architecture);
  if (test && test.tolerance > self_test::least_tolerance)
    header["__metadata__"]["tenon.tolerance"] = decimal_text(test.tolerance);
  std::uint64_t end = 0;
  for (const group& g : groups) {
    for (const tensor_spec& spec : g.specs) {
      const std::uint64_t begin = end;
      end += *weight_files::element_count(spec.shape) * sizeof(float);
      header[spec.name] = {{"dtype", "F32"}, {"shape", spec.shape}, {"data_offsets", {begin, end}}};
    }
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::exception&) {
    weight_files::fail(path, "cannot be written: a tensor's name is not UTF-8");
  }
  text.append((8 - text.size() % 8) % 8, ' ');

  std::ofstream file(path, std::ios::binary);
  file << little_endian(text.size(), 8) << text;
  for (const group& g : groups) {
    if constexpr (std::endian::native == std::endian::little) {
      file.write(reinterpret_cast<const char*>(g.values.data()),
                 static_cast<std::streamsize>(g.values.size_bytes()));
    } else {
      for (const float value : g.values) file << little_endian(std::bit_cast<std::uint32_t>(value), 4);
    }
  }
  if (!file.flush()) weight_files::fail(path, "cannot be written");
}

}  // namespace tenon
