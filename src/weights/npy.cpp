#include "npy.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <stdexcept>

#include "file_bytes.hpp"
#include "tenon/npy.hpp"

namespace tenon {
namespace weight_files {
namespace {

constexpr std::string_view magic = "\x93NUMPY";

/// Reads the literal of a Python dict with the three keys of a header, and nothing else.
class literal_reader {
 public:
  explicit literal_reader(std::string_view text) : text_(text) {}

  npy_header read() {
    npy_header h;
    bool has_descr = false, has_order = false, has_shape = false;
    expect('{');
    while (!skip('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr" && !has_descr) {
        has_descr = true;
        h.dtype = dtype_of(quoted());
      } else if (key == "fortran_order" && !has_order) {
        has_order = true;
        h.fortran = boolean();
      } else if (key == "shape" && !has_shape) {
        has_shape = true;
        h.shape = tuple();
      } else {
        throw npy_problem{"the header is bad: expected descr, fortran_order and shape once each, found " +
                          in_quotes(key)};
      }
      if (!skip(',')) {
        expect('}');
        break;
      }
    }
    blanks();
    if (at_ < text_.size()) bad("its end");
    if (!has_descr || !has_order || !has_shape)
      throw npy_problem{"the header is incomplete: expected descr, fortran_order and shape"};
    return h;
  }

 private:
  [[noreturn]] void bad(const std::string& expected) const {
    throw npy_problem{say("the header is bad: expected ", expected, " at its character ", at_ + 1, ", found ",
                          at_ < text_.size() ? in_quotes(text_.substr(at_, 1)) : "its end")};
  }
  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  bool skip(char c) {
    blanks();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!skip(c)) bad(in_quotes({&c, 1}));
  }
  std::string quoted() {
    blanks();
    const char quote = at_ < text_.size() ? text_[at_] : ' ';
    if (quote != '\'' && quote != '"') bad("a string");
    const std::size_t end = text_.find(quote, at_ + 1);
    const std::string_view word = text_.substr(at_ + 1, end - at_ - 1);
    if (end == std::string_view::npos || word.find('\\') != std::string_view::npos) bad("a string");
    at_ = end + 1;
    return std::string(word);
  }
  bool boolean() {
    blanks();
    for (const std::string_view word : {"False", "True"}) {
      if (!text_.substr(at_).starts_with(word)) continue;
      at_ += word.size();
      return word == "True";
    }
    bad("True or False");
  }
  std::vector<std::uint64_t> tuple() {
    constexpr std::size_t max_axes = 64;  // as many as NumPy 2 has
    std::vector<std::uint64_t> numbers;
    expect('(');
    while (!skip(')')) {
      if (numbers.size() == max_axes) bad("at most 64 extents");
      numbers.push_back(number());
      if (skip(',')) continue;
      if (numbers.size() == 1) bad("a comma");  // (2) is no tuple
      expect(')');
      break;
    }
    return numbers;
  }
  std::uint64_t number() {
    blanks();
    std::uint64_t value = 0;
    const std::size_t begin = at_;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      const auto digit = static_cast<std::uint64_t>(text_[at_] - '0');
      if (value > (std::uint64_t{std::numeric_limits<std::int64_t>::max()} - digit) / 10)
        bad("an integer in [0, 2^63)");
      value = 10 * value + digit;
    }
    if (at_ == begin) bad("an integer in [0, 2^63)");
    return value;
  }
  static std::string dtype_of(const std::string& descr) {
    static constexpr std::pair<std::string_view, std::string_view> known[]{
        {"<f4", "F32"}, {"<f2", "F16"}, {"<f8", "F64"}, {"<i8", "I64"}, {"<u8", "U64"}, {"<i4", "I32"},
        {"<u4", "U32"}, {"<i2", "I16"}, {"<u2", "U16"}, {"|i1", "I8"},  {"|u1", "U8"},  {"|b1", "BOOL"}};
    for (const auto& [numpy, ours] : known)
      if (descr == numpy) return std::string(ours);
    return descr;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

float narrowed(double value) {
  if (std::abs(value) > std::numeric_limits<float>::max() && std::isfinite(value))
    return static_cast<float>(std::copysign(std::numeric_limits<double>::infinity(), value));
  return static_cast<float>(value);
}

float element(std::string_view dtype, const std::byte* at) {
  if (dtype == "F32") return std::bit_cast<float>(load<std::uint32_t>(at));
  if (dtype == "F16") return std::bit_cast<float>(widen_f16(load<std::uint16_t>(at)));
  return narrowed(std::bit_cast<double>(load<std::uint64_t>(at)));
}

[[noreturn]] void fail_npy(std::string_view file, const std::string& problem) {
  throw file_error(say(".npy file ", in_quotes(file, file.size()), ": ", problem));
}

}  // namespace

std::uint64_t npy_data_begin(bytes prefix) {
  const auto byte = [&](std::size_t i) { return std::to_integer<std::uint64_t>(prefix[i]); };
  const std::string_view text(reinterpret_cast<const char*>(prefix.data()), prefix.size());
  if (!text.starts_with(magic)) {
    throw npy_problem{magic.starts_with(text) ? say("it is truncated: found ", text.size(), " bytes")
                                              : "it is not a .npy file: its first bytes are not \\x93NUMPY"};
  }
  if (prefix.size() < npy_prefix_bytes)
    throw npy_problem{say("it is truncated: found ", text.size(), " bytes")};
  const std::uint64_t version = byte(6);
  if (version < 1 || version > 3)
    throw npy_problem{say("it has an unknown version: expected 1, 2 or 3, found ", version)};
  const std::uint64_t length =
      version == 1 ? load<std::uint16_t>(&prefix[8]) : load<std::uint32_t>(&prefix[8]);
  if (length > max_npy_header_bytes) {
    throw npy_problem{
        say("the header is too long: expected at most ", max_npy_header_bytes, " bytes, found ", length)};
  }
  return (version == 1 ? 10 : 12) + length;
}

npy_header parse_npy(bytes beginning, std::uint64_t file_bytes) {
  const std::uint64_t begin = npy_data_begin(beginning.first(std::min<std::size_t>(beginning.size(), 12)));
  if (begin > beginning.size()) {
    throw npy_problem{
        say("it is truncated: expected a header up to byte ", begin, ", found ", beginning.size(), " bytes")};
  }
  const std::size_t start = std::to_integer<int>(beginning[6]) == 1 ? 10 : 12;
  npy_header h = literal_reader({reinterpret_cast<const char*>(&beginning[start]), begin - start}).read();
  h.bytes = begin;
  const auto count = element_count(h.shape);
  const auto one = element_bytes(h.dtype);
  const auto whole = count ? product(*count, one.value_or(1)) : count;
  if (!whole)
    throw npy_problem{"it is too large: expected fewer than 2^64 bytes, found shape " + list(h.shape)};
  h.count = *count;
  if (one && *whole != file_bytes - begin) {
    throw npy_problem{say("its data is not as long as its header says: expected ", *whole, " bytes for ",
                          h.dtype, " ", list(h.shape), ", found ", file_bytes - begin)};
  }
  return h;
}

void convert_npy(const npy_header& h, bytes data, float* to) {
  const std::uint64_t one = *element_bytes(h.dtype);
  if (!h.fortran || h.shape.size() < 2) {
    for (std::uint64_t i = 0; i < h.count; ++i) to[i] = element(h.dtype, &data[i * one]);
    return;
  }
  std::vector<std::uint64_t> stride(h.shape.size()), position(h.shape.size());
  for (std::uint64_t axis = 0, step = 1; axis < h.shape.size(); step *= h.shape[axis++]) stride[axis] = step;
  for (std::uint64_t i = 0, from = 0; i < h.count; ++i) {
    to[i] = element(h.dtype, &data[from * one]);
    for (std::size_t axis = h.shape.size(); axis-- > 0;) {
      from += stride[axis];
      if (++position[axis] < h.shape[axis]) break;
      from -= stride[axis] * h.shape[axis];
      position[axis] = 0;
    }
  }
}

std::string npy_header_for(std::span<const std::int64_t> shape) {
  std::string tuple = "(";
  for (const std::int64_t extent : shape) tuple += (tuple.size() > 1 ? ", " : "") + std::to_string(extent);
  tuple += shape.size() == 1 ? ",)" : ")";
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': " + tuple + ", }";
  header.append(63 - (10 + header.size()) % 64, ' ');  // the data begins at a multiple of 64
  header += '\n';
  std::string text(magic);
  text += {'\1', '\0', static_cast<char>(header.size() & 255), static_cast<char>(header.size() >> 8)};
  return text + header;
}

}  // namespace weight_files

npy_array read_npy(std::span<const std::byte> file, std::string_view source) {
  using namespace weight_files;
  try {
    const npy_header h = parse_npy(file, file.size());
    if (!h.is_float())
      throw npy_problem{
          "it has the wrong dtype: expected float16, float32 or float64, little-endian, found " +
          (element_bytes(h.dtype) ? h.dtype : in_quotes(h.dtype))};
    npy_array array{{h.shape.begin(), h.shape.end()}, std::vector<float>(h.count)};
    convert_npy(h, file.subspan(h.bytes), array.values.data());
    return array;
  } catch (const npy_problem& problem) {
    fail_npy(source, problem.text);
  }
}

npy_array read_npy(const std::string& path) {
  try {
    const weight_files::file_bytes file(path);
    return read_npy(file.content(), path);
  } catch (const weight_files::unreadable& problem) {
    weight_files::fail_npy(path, problem.text);
  }
}

std::vector<float> read_npy(const std::string& path, const shape& expected) {
  npy_array array = read_npy(path);
  const auto rank = static_cast<std::size_t>(expected.rank);
  const std::size_t more = array.shape.size() == rank + 1 ? 1 : 0;
  const std::vector<std::int64_t> extents(expected.extents, expected.extents + rank);
  if (!std::equal(array.shape.begin() + static_cast<std::ptrdiff_t>(more), array.shape.end(), extents.begin(),
                  extents.end())) {
    weight_files::fail_npy(path, "it has the wrong shape: expected " + weight_files::list(extents) +
                                     ", with or without one more axis in front, found " +
                                     weight_files::list(array.shape));
  }
  return std::move(array.values);
}

void write_npy(const std::string& path, std::span<const float> values, std::span<const std::int64_t> shape) {
  using namespace weight_files;
  for (const std::int64_t extent : shape)
    if (extent < 0) throw std::invalid_argument("write_npy: a negative extent: " + list(shape));
  if (element_count(shape) != values.size())
    throw std::invalid_argument(say("write_npy: found ", values.size(), " elements for ", list(shape)));
  std::ofstream file(path, std::ios::binary);
  file << npy_header_for(shape) << f32_text(values);
  if (!file.flush()) fail_npy(path, "cannot be written");
}

void write_npy(const std::string& path, std::span<const float> values, const shape& extents) {
  write_npy(path, values, std::vector<std::int64_t>(extents.extents, extents.extents + extents.rank));
}

}  // namespace tenon
