// The reader of safetensors files. A file is
//
//   | length of the header: u64 | header: JSON                              | data         |
//   | 8 bytes, little-endian    | {"name": {"dtype": "F32", "shape": [6, 5],| every byte   |
//   |                           |  "data_offsets": [begin, end]}, ...}      | in 1 tensor  |
//
// and is read in five steps, each of which throws rather than guess: find the header, parse it, check that
// the tensors tile the data, match them with what the model expects, widen the data. The last two are those
// of all formats, in match.cpp.

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "directory.hpp"
#include "file_bytes.hpp"

namespace tenon {
namespace weight_files {
namespace {

constexpr std::uint64_t length_bytes = 8;                // the u64 in front of the header
constexpr std::uint64_t max_header_bytes = 100'000'000;  // the limit of the format's reference reader
constexpr std::size_t max_axes = 64;                     // as many as PyTorch's tensors may have

/// Takes the JSON of a header event by event. A tree of JSON would silently keep one of two equal names and
/// would be as deep as the file wants; here nothing nests deeper than the format does.
class header_reader {
 public:
  explicit header_reader(std::string_view file) : file_(file) {}

  directory found;

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
    if (at_ == place::metadata) {
      text_->second = std::move(value);
      return true;
    }
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
    stored& t = current_->second;
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
      bool is_new = false;
      std::tie(text_, is_new) = found.metadata.try_emplace(name);
      if (!is_new) twice(say("key ", in_quotes(name), " of \"__metadata__\""));
    } else if (at_ == place::tensor) {
      start_field(name);
    } else if (name == "__metadata__") {
      if (std::exchange(has_metadata_, true)) twice("\"__metadata__\"");
      at_ = place::metadata_name;
    } else {
      bool is_new = false;
      std::tie(current_, is_new) = found.tensors.try_emplace(std::move(name));
      if (!is_new) twice("tensor " + in_quotes(current_->first));
      current_->second.original = current_->first;
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
    const stored& t = current_->second;
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
  tensor_map::iterator current_;                                    // the tensor that is being read
  std::map<std::string, std::string, std::less<>>::iterator text_;  // the metadata that is being read
  field field_ = dtype;                                             // its field that is being read
  std::array<bool, 3> seen_{};                                      // its fields so far
  std::vector<std::uint64_t> numbers_;
  bool has_metadata_ = false;
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
  return std::move(reader.found);
}

/// Throws unless each byte of the data belongs to exactly one tensor.
void check_tiling(std::string_view file, const tensor_map& tensors, std::uint64_t data_bytes) {
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
}

}  // namespace

parsed parse_safetensors(std::string_view file, bytes content) {
  if (content.size() < length_bytes) {
    fail(file, say("the file is truncated: expected the 8 bytes of the header's length, found ",
                   content.size(), " bytes"));
  }
  const auto header_bytes = load<std::uint64_t>(content.data());
  const bytes rest = content.subspan(length_bytes);
  if (header_bytes > rest.size()) {
    fail(file, say("the file is truncated or not safetensors: expected a header of ", header_bytes,
                   " bytes, found ", rest.size(), " bytes after the header's length"));
  }
  if (header_bytes > max_header_bytes) {
    fail(file,
         say("the header is too long: expected at most ", max_header_bytes, " bytes, found ", header_bytes));
  }
  parsed p{parse_header(file, rest.first(header_bytes)), rest.subspan(header_bytes)};
  check_tiling(file, p.found.tensors, p.data.size());
  return p;
}

namespace {

self_test read(std::string_view file, bytes content, const request& wanted) {
  parsed p = parse_safetensors(file, content);
  return read_tensors(file, std::move(p.found), wanted, [&] { return p.data; });
}

}  // namespace
}  // namespace weight_files

void read_safetensors(std::span<const std::byte> file, std::string_view source,
                      std::span<const tensor_spec> expected, std::span<float> out,
                      const weight_options& options) {
  weight_files::read(source, file, {expected, nullptr, out, options});
}

void read_safetensors(const std::string& path, std::span<const tensor_spec> expected, std::span<float> out,
                      const weight_options& options) {
  const weight_files::file_bytes file = weight_files::open_weights(path);
  weight_files::read(path, file.content(), {expected, nullptr, out, options});
}

self_test detail::read_weights(std::span<const std::byte> file, std::string_view source,
                               const file_contents& network, std::span<float> out,
                               const weight_options& options) {
  return weight_files::read(source, file, {network.tensors, &network, out, options});
}

self_test detail::read_weights(const std::string& path, const file_contents& network, std::span<float> out,
                               const weight_options& options) {
  const weight_files::file_bytes file = weight_files::open_weights(path);
  return weight_files::read(path, file.content(), {network.tensors, &network, out, options});
}

}  // namespace tenon
