// The reader of safetensors files. A file is
//
//   | length of the header: u64 | header: JSON                              | data         |
//   | 8 bytes, little-endian    | {"name": {"dtype": "F32", "shape": [6, 5],| every byte   |
//   |                           |  "data_offsets": [begin, end]}, ...}      | in 1 tensor  |
//
// and is read in five steps, each of which throws rather than guess: find the header, parse it, check that
// the tensors tile the data, match them with what the model expects, widen the data.

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <locale>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <tuple>
#include <utility>

#include "tenon/weight_file.hpp"

namespace tenon {
namespace {

using bytes = std::span<const std::byte>;

constexpr std::uint64_t length_bytes = 8;                // the u64 in front of the header
constexpr std::uint64_t max_header_bytes = 100'000'000;  // the limit of the format's reference reader
constexpr std::size_t max_axes = 64;                     // as many as PyTorch's tensors may have
constexpr std::size_t max_lines = 100;                   // of one message; what is left out is counted

// ---- Words of the messages ------------------------------------------------------------------------------

/// The parts one after another, the same in every locale.
template <class... Parts>
std::string say(const Parts&... parts) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  (text << ... << parts);
  return text.str();
}

/// Text from a file in quotes: control characters escaped, at most `most` bytes of it.
std::string in_quotes(std::string_view text, std::size_t most = 200) {
  std::size_t end = std::min(text.size(), most);
  while (end > 0 && end < text.size() && (text[end] & 0xC0) == 0x80) --end;  // never half a UTF-8 character
  std::string result = "\"";
  for (const char c : text.substr(0, end)) {
    if (c == '"' || c == '\\') result += '\\';
    if (const auto code = static_cast<unsigned char>(c); code >= 0x20 && code != 0x7F) {
      result += c;
    } else {
      result += {'\\', 'x', "0123456789abcdef"[code >> 4], "0123456789abcdef"[code & 15]};
    }
  }
  return result + (end < text.size() ? "...\"" : "\"");
}

/// A range of numbers as in the header: [6, 1, 5, 5].
template <class Numbers>
std::string list(const Numbers& numbers) {
  std::string text = "[";
  for (const auto number : numbers) text += (text.size() > 1 ? ", " : "") + std::to_string(number);
  return text + "]";
}

[[noreturn]] void fail(std::string_view file, const std::string& problem) {
  throw weight_error(say("weight file ", in_quotes(file, file.size()), ": ", problem));
}

// ---- Elements -------------------------------------------------------------------------------------------

/// Bytes of one element, or nothing for a dtype that this reader does not know (and so never reads).
std::optional<std::uint64_t> element_bytes(std::string_view dtype) {
  const auto is_one_of = [&](auto... names) { return ((dtype == names) || ...); };
  if (is_one_of("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0")) return 1;
  if (is_one_of("U16", "I16", "F16", "BF16")) return 2;
  if (is_one_of("U32", "I32", "F32")) return 4;
  if (is_one_of("U64", "I64", "F64", "C64")) return 8;
  return {};
}

/// a * b, or nothing if 64 bits cannot hold it.
std::optional<std::uint64_t> product(std::uint64_t a, std::uint64_t b) {
  if (b != 0 && a > std::numeric_limits<std::uint64_t>::max() / b) return {};
  return a * b;
}

/// The number of elements of a shape, or nothing if 64 bits cannot hold it.
template <class Shape>
std::optional<std::uint64_t> element_count(const Shape& shape) {
  std::optional<std::uint64_t> count = 1;
  for (const auto extent : shape) {
    if (count) count = product(*count, static_cast<std::uint64_t>(extent));
  }
  return count;
}

/// The little-endian word at an address of any alignment.
template <class Word>
Word load(const std::byte* at) {
  Word word = 0;
  for (std::size_t i = sizeof(Word); i-- > 0;)
    word = static_cast<Word>(word << 8 | std::to_integer<Word>(at[i]));
  return word;
}

// The elements are widened as bits: neither floating-point modes nor compiler flags can touch a NaN.
// IEEE 754 binary16 is 1 sign, 5 exponent (bias 15), 10 fraction bits; binary32 is 1, 8 (bias 127), 23.
std::uint32_t widen_f16(std::uint32_t half) {
  const std::uint32_t sign = (half & 0x8000) << 16, exponent = half >> 10 & 31, fraction = half & 0x3FF;
  if (exponent == 31) return sign | 0x7F80'0000 | fraction << 13;
  if (exponent == 0) return sign | std::bit_cast<std::uint32_t>(static_cast<float>(fraction) * 0x1p-24F);
  return sign | (exponent + 127 - 15) << 23 | fraction << 13;
}

std::uint32_t widen_bf16(std::uint32_t upper_half) { return upper_half << 16; }

bool is_finite(std::uint32_t bits) { return (bits & 0x7F80'0000) != 0x7F80'0000; }

// ---- The header -----------------------------------------------------------------------------------------

struct tensor {
  std::string dtype;
  std::vector<std::uint64_t> shape;
  std::uint64_t begin = 0, end = 0;  // bytes [begin, end) of the data
};
using directory = std::map<std::string, tensor, std::less<>>;
using entry = directory::value_type;  // a name and its tensor

bool is_float(const tensor& t) { return t.dtype == "F32" || t.dtype == "F16" || t.dtype == "BF16"; }

std::string dtype_text(const tensor& t) { return element_bytes(t.dtype) ? t.dtype : in_quotes(t.dtype); }

std::string range_text(const tensor& t) { return say("[", t.begin, ", ", t.end, ")"); }

/// Takes the JSON of a header event by event. A tree of JSON would silently keep one of two equal names and
/// would be as deep as the file wants; here nothing nests deeper than the format does.
class header_reader {
 public:
  explicit header_reader(std::string_view file) : file_(file) {}

  directory tensors;

  // The events of nlohmann's SAX interface.
  bool null() { wrong("null"); }
  bool boolean(bool value) { wrong(value ? "true" : "false"); }
  bool number_integer(std::int64_t value) {
    wrong(std::to_string(value));
  }  // called for negative numbers only
  bool number_float(double, const std::string& text) { wrong("the number " + in_quotes(text, 40)); }
  template <class Binary>
  bool binary(Binary&) {
    wrong("binary data");
  }

  bool number_unsigned(std::uint64_t value) {
    if (at_ != place::numbers) wrong(std::to_string(value));
    if (numbers_.size() == max_axes) wrong(say("more than ", max_axes, " numbers"));
    numbers_.push_back(value);
    return true;
  }

  bool string(std::string& value) {
    if (at_ == place::metadata) return true;
    if (at_ != place::tensor || field_ != dtype) wrong("the string " + in_quotes(value, 40));
    current_->second.dtype = std::move(value);
    return true;
  }

  bool start_array(std::size_t) {
    if (at_ != place::tensor || field_ == dtype) wrong("an array");
    at_ = place::numbers;
    numbers_.clear();
    return true;
  }

  bool end_array() {
    at_ = place::tensor;
    tensor& t = current_->second;
    if (field_ == shape) {
      t.shape = numbers_;
    } else {
      if (numbers_.size() != 2 || numbers_[0] > numbers_[1]) {
        bad_tensor("has bad data_offsets: expected [begin, end] with begin <= end, found " + list(numbers_));
      }
      t.begin = numbers_[0];
      t.end = numbers_[1];
    }
    return true;
  }

  bool start_object(std::size_t) {
    if (at_ == place::file) {
      at_ = place::names;
    } else if (at_ == place::name) {
      at_ = place::tensor;
    } else if (at_ == place::metadata_name) {
      at_ = place::metadata;
    } else {
      wrong("an object");
    }
    return true;
  }

  bool key(std::string& name) {
    if (at_ == place::metadata) {
      if (!metadata_.insert(name).second) twice(say("key ", in_quotes(name), " of \"__metadata__\""));
    } else if (at_ == place::tensor) {
      start_field(name);
    } else if (name == "__metadata__") {
      if (std::exchange(has_metadata_, true)) twice("\"__metadata__\"");
      at_ = place::metadata_name;
    } else {
      bool is_new = false;
      std::tie(current_, is_new) = tensors.try_emplace(std::move(name));
      if (!is_new) twice("tensor " + in_quotes(current_->first));
      at_ = place::name;
      seen_ = {};
    }
    return true;
  }

  bool end_object() {
    if (at_ == place::tensor) finish_tensor();
    at_ = place::names;
    return true;
  }

  [[noreturn]] bool parse_error(std::size_t position, const std::string&,
                                const nlohmann::detail::exception&) {
    fail(file_, say("the header is not JSON: found an error at its byte ", position));
  }

 private:
  enum class place { file, names, metadata_name, metadata, name, tensor, numbers };
  enum field : std::size_t { dtype, shape, data_offsets };
  static constexpr std::array<std::string_view, 3> field_names{"dtype", "shape", "data_offsets"};

  void start_field(const std::string& name) {
    const auto found = std::ranges::find(field_names, name);
    if (found == field_names.end()) {
      bad_tensor("has an unknown field: expected dtype, shape and data_offsets, found " + in_quotes(name));
    }
    field_ = static_cast<field>(found - field_names.begin());
    if (std::exchange(seen_[field_], true)) {
      twice(say("field ", in_quotes(name), " of tensor ", in_quotes(current_->first)));
    }
  }

  void finish_tensor() {
    for (const field f : {dtype, shape, data_offsets}) {
      if (!seen_[f]) bad_tensor(say("is incomplete: expected a field \"", field_names[f], "\", found none"));
    }
    const tensor& t = current_->second;
    const auto one = element_bytes(t.dtype);
    const auto count = element_count(t.shape);
    const auto whole = count ? product(*count, one.value_or(1)) : count;
    if (!whole) bad_tensor("is too large: expected fewer than 2^64 bytes, found shape " + list(t.shape));
    if (one && *whole != t.end - t.begin) {
      bad_tensor(say("has bad data_offsets: expected ", *whole, " bytes for ", t.dtype, " ", list(t.shape),
                     ", found ", t.end - t.begin, " bytes at ", range_text(t)));
    }
  }

  [[noreturn]] void wrong(const std::string& found) const {
    switch (at_) {
      case place::metadata_name:
      case place::metadata:
        fail(file_, "\"__metadata__\" is bad: expected an object of strings, found " + found);
      case place::name:
        bad_tensor("is bad: expected an object, found " + found);
      case place::tensor:
      case place::numbers:
        bad_tensor(say("has a bad ", field_names[field_], ": expected ",
                       field_ == dtype   ? "a string"
                       : field_ == shape ? "an array of at most 64 integers in [0, 2^64)"
                                         : "two integers in [0, 2^64)",
                       ", found ", found));
      default:
        fail(file_, "the header is bad: expected an object, found " + found);
    }
  }

  [[noreturn]] void bad_tensor(const std::string& problem) const {
    fail(file_, say("tensor ", in_quotes(current_->first), " ", problem));
  }

  [[noreturn]] void twice(const std::string& what) const {
    fail(file_, what + " is named twice in the header: expected it once");
  }

  std::string_view file_;
  place at_ = place::file;
  directory::iterator current_;  // the tensor that is being read
  field field_ = dtype;          // its field that is being read
  std::array<bool, 3> seen_{};   // its fields so far
  std::vector<std::uint64_t> numbers_;
  bool has_metadata_ = false;
  std::set<std::string> metadata_;  // its keys so far
};

directory parse_header(std::string_view file, bytes header) {
  if (header.empty() || header[0] != std::byte{'{'}) {
    fail(file, header.empty()
                   ? "the header is empty: expected a JSON object, found 0 bytes"
                   : say("the header is not a JSON object: expected '{' as its first byte, found byte ",
                         std::to_integer<int>(header[0])));
  }
  header_reader reader(file);
  // nlohmann's lexer takes a zero byte for the end of its input.
  if (const auto zero = std::ranges::find(header, std::byte{0}); zero != header.end()) {
    fail(file, say("the header is not JSON: found a zero byte at its byte ", zero - header.begin() + 1));
  }
  const auto* text = reinterpret_cast<const char*>(header.data());
  nlohmann::json::sax_parse(text, text + header.size(), &reader);
  return std::move(reader.tensors);
}

/// The tensors in the order of their data. Throws unless each byte of the data belongs to exactly one tensor.
std::vector<const entry*> in_file_order(std::string_view file, const directory& tensors,
                                        std::uint64_t data_bytes) {
  std::vector<const entry*> order;
  for (const entry& e : tensors) order.push_back(&e);
  std::ranges::sort(order, {},
                    [](const entry* e) { return std::tie(e->second.begin, e->second.end, e->first); });

  std::uint64_t end = 0;
  const entry* previous = nullptr;
  for (const entry* e : order) {
    const auto& [name, t] = *e;
    if (t.begin < end) {
      fail(file, say("tensors overlap: expected tensor ", in_quotes(name), " at byte ", end,
                     " of the data or later, after tensor ", in_quotes(previous->first), " at ",
                     range_text(previous->second), ", found it at ", range_text(t)));
    }
    if (t.begin > end) {
      fail(file, say("a hole in the data: expected tensor ", in_quotes(name), " at byte ", end,
                     ", found it at byte ", t.begin));
    }
    if (t.end > data_bytes) {
      fail(file, say("the file is truncated: expected tensor ", in_quotes(name), " at bytes ", range_text(t),
                     " of the data, found only ", data_bytes, " bytes of data"));
    }
    end = t.end;
    previous = e;
  }
  if (end < data_bytes) {
    fail(file, say("bytes after the last tensor: expected ", end, " bytes of data, found ", data_bytes));
  }
  return order;
}

// ---- The file against the model -------------------------------------------------------------------------

using names = std::set<std::string_view>;

/// The names that the caller expects. Throws std::invalid_argument if the caller contradicts itself.
names expected_names(std::span<const tensor_spec> expected, std::size_t out_elements) {
  names result;
  std::uint64_t rest = out_elements;
  bool fits = true;
  for (const auto& [name, shape] : expected) {
    const std::string tensor = "read_safetensors: tensor " + in_quotes(name);
    if (!result.insert(name).second) throw std::invalid_argument(tensor + " is expected twice");
    if (std::ranges::any_of(shape, [](std::int64_t extent) { return extent < 0; })) {
      throw std::invalid_argument(tensor + " has a negative extent: " + list(shape));
    }
    const auto count = element_count(shape);
    fits = fits && count && *count <= rest;
    if (fits) rest -= *count;
  }
  if (!fits || rest != 0) {
    throw std::invalid_argument(say("read_safetensors: the expected tensors do not have ", out_elements,
                                    " elements together, the length of out"));
  }
  return result;
}

/// The problems of single tensors, to be thrown together.
class problem_list {
 public:
  bool full() const { return count_ >= max_lines; }

  template <class... Parts>
  void add(std::string_view name, const Parts&... parts) {
    if (!full()) lines_ += say("\n  tensor ", in_quotes(name), " ", parts...);
    ++count_;
  }

  void throw_if_any(std::string_view file, std::string_view summary) const {
    if (count_ == 0) return;
    fail(file, say(summary, " (", count_, count_ == 1 ? " problem)" : " problems)", lines_,
                   count_ > max_lines ? say("\n  ... and ", count_ - max_lines, " more") : ""));
  }

 private:
  std::string lines_;
  std::size_t count_ = 0;
};

/// PyTorch's counter beside the running mean of a batch norm, which inference does not need.
bool is_batch_counter(std::string_view name, const names& wanted) {
  constexpr std::string_view counter = "num_batches_tracked";
  if (!name.ends_with(counter)) return false;
  const std::string_view prefix = name.substr(0, name.size() - counter.size());
  return (prefix.empty() || prefix.back() == '.') && wanted.contains(say(prefix, "running_mean"));
}

bool has_shape(const tensor& t, const tensor_spec& spec) {
  return std::ranges::equal(t.shape, spec.shape, [](auto a, auto b) { return std::cmp_equal(a, b); });
}

/// How many bytes two names share at their beginning and at their end.
std::ptrdiff_t likeness(std::string_view a, std::string_view b) {
  return std::ranges::mismatch(a, b).in1 - a.begin() +
         (std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend()).first - a.rbegin());
}

/// Takes from `candidates` the tensor that may be `spec` under another name; in words, for a message.
std::string renamed(const tensor_spec& spec, std::vector<const entry*>& candidates) {
  auto best = candidates.end();
  for (auto c = candidates.begin(); c != candidates.end(); ++c) {
    if (!is_float((*c)->second) || !has_shape((*c)->second, spec)) continue;
    if (best == candidates.end() || likeness(spec.name, (*c)->first) > likeness(spec.name, (*best)->first))
      best = c;
  }
  if (best == candidates.end()) return "";
  const std::string text = say(" (rename ", in_quotes((*best)->first), "?)");
  candidates.erase(best);
  return text;
}

/// Throws, with all differences at once, unless the file holds what the model expects.
void match(std::string_view file, const directory& tensors, const std::vector<const entry*>& order,
           std::span<const tensor_spec> expected, const names& wanted) {
  constexpr std::string_view dtypes = "F32, F16 or BF16";
  std::vector<const entry*> unexpected;
  for (const entry* e : order) {
    const auto& [name, t] = *e;
    if (wanted.contains(name)) continue;
    if (!is_batch_counter(name, wanted) || t.dtype != "I64" || !t.shape.empty()) unexpected.push_back(e);
  }

  problem_list problems;
  for (auto candidates = unexpected; const tensor_spec& spec : expected) {
    const auto found = tensors.find(spec.name);
    if (found == tensors.end()) {
      problems.add(spec.name, "is missing: expected ", dtypes, " ", list(spec.shape),
                   ", found no tensor of this name", problems.full() ? "" : renamed(spec, candidates));
      continue;
    }
    const tensor& t = found->second;
    const bool right_shape = has_shape(t, spec);
    if (right_shape && is_float(t)) continue;
    problems.add(spec.name, "has the wrong ",
                 is_float(t)   ? "shape"
                 : right_shape ? "dtype"
                               : "shape and dtype",
                 ": expected ", dtypes, " ", list(spec.shape), ", found ", dtype_text(t), " ", list(t.shape));
  }
  for (const entry* e : unexpected) {
    const auto& [name, t] = *e;
    problems.add(name, "is unexpected: expected ",
                 is_batch_counter(name, wanted) ? "I64 []" : "no tensor of this name", ", found ",
                 dtype_text(t), " ", list(t.shape));
  }
  problems.throw_if_any(file, "the tensors are not those of the model");
}

// ---- The data -------------------------------------------------------------------------------------------

/// Calls use(i, bits) with the binary32 bits of each element of a tensor.
template <class Use>
void for_each_element(const tensor& t, bytes data, Use use) {
  const bytes own = data.subspan(t.begin, t.end - t.begin);
  const auto each = [&]<class Word>(Word, auto widen) {
    for (std::size_t i = 0; i < own.size() / sizeof(Word); ++i)
      use(i, widen(load<Word>(&own[i * sizeof(Word)])));
  };
  if (t.dtype == "F32") each(std::uint32_t{}, [](std::uint32_t bits) { return bits; });
  if (t.dtype == "F16") each(std::uint16_t{}, widen_f16);
  if (t.dtype == "BF16") each(std::uint16_t{}, widen_bf16);
}

void check_finite(std::string_view file, const directory& tensors, bytes data,
                  std::span<const tensor_spec> expected) {
  problem_list problems;
  for (const tensor_spec& spec : expected) {
    const tensor& t = tensors.find(spec.name)->second;
    std::size_t count = 0, first = 0;
    std::uint32_t value = 0;
    for_each_element(t, data, [&](std::size_t i, std::uint32_t bits) {
      if (is_finite(bits)) return;
      if (count++ > 0) return;
      first = i;
      value = bits;
    });
    if (count == 0) continue;
    const bool nan = (value & 0x007F'FFFF) != 0;
    problems.add(spec.name, "is not finite: expected finite elements, found ",
                 nan           ? "nan"
                 : value >> 31 ? "-inf"
                               : "inf",
                 " at element ", first, " (", count, " of ", *element_count(t.shape),
                 " elements are not finite)");
  }
  problems.throw_if_any(file, "the weights are not finite");
}

/// All steps for a file of `file_bytes` bytes; fetch(first, count) gives `count` of them from `first` on.
template <class Fetch>
void read(std::string_view file, std::uint64_t file_bytes, Fetch fetch, std::span<const tensor_spec> expected,
          std::span<float> out, weight_options options) {
  const names wanted = expected_names(expected, out.size());

  if (file_bytes < length_bytes) {
    fail(file, say("the file is truncated: expected the 8 bytes of the header's length, found ", file_bytes,
                   " bytes"));
  }
  const auto header_bytes = load<std::uint64_t>(fetch(0, length_bytes).data());
  const std::uint64_t rest = file_bytes - length_bytes;
  if (header_bytes > rest) {
    fail(file, say("the file is truncated or not safetensors: expected a header of ", header_bytes,
                   " bytes, found ", rest, " bytes after the header's length"));
  }
  if (header_bytes > max_header_bytes) {
    fail(file,
         say("the header is too long: expected at most ", max_header_bytes, " bytes, found ", header_bytes));
  }
  const directory tensors = parse_header(file, fetch(length_bytes, header_bytes));
  const std::uint64_t data_bytes = rest - header_bytes;
  match(file, tensors, in_file_order(file, tensors, data_bytes), expected, wanted);

  const auto data = fetch(length_bytes + header_bytes, data_bytes);
  if (options.require_finite) check_finite(file, tensors, data, expected);
  for (float* to = out.data(); const tensor_spec& spec : expected) {
    const tensor& t = tensors.find(spec.name)->second;
    for_each_element(t, data,
                     [&](std::size_t, std::uint32_t bits) { std::memcpy(to++, &bits, sizeof bits); });
  }
}

}  // namespace

void read_safetensors(std::span<const std::byte> file, std::string_view source,
                      std::span<const tensor_spec> expected, std::span<float> out, weight_options options) {
  const auto fetch = [&](std::uint64_t first, std::uint64_t count) { return file.subspan(first, count); };
  read(source, file.size(), fetch, expected, out, options);
}

void read_safetensors(const std::string& path, std::span<const tensor_spec> expected, std::span<float> out,
                      weight_options options) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::is_regular_file(status)) {
    fail(path, "cannot be read: expected a regular file, found " +
                   (fs::is_directory(status)                    ? "a directory"
                    : status.type() == fs::file_type::not_found ? "no file of this name"
                    : error                                     ? error.message()
                                                                : "neither file nor directory"));
  }
  const std::uint64_t file_bytes = fs::file_size(path, error);
  std::ifstream stream(path, std::ios::binary);
  if (error || !stream) fail(path, "cannot be opened for reading");

  const auto fetch = [&](std::uint64_t first, std::uint64_t count) {
    std::vector<std::byte> part(count);
    stream.seekg(static_cast<std::streamoff>(first));
    stream.read(reinterpret_cast<char*>(part.data()), static_cast<std::streamsize>(count));
    if (!stream) {
      fail(path, say("cannot be read: expected ", count, " bytes from byte ", first, " on, found ",
                     stream.gcount()));
    }
    return part;
  };
  read(path, file_bytes, fetch, expected, out, options);
}

}  // namespace tenon
