// Weights in .npz files: zip files of .npy files. libzip takes the zip apart.
#include "tenon/npz.hpp"

#include <zip.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "directory.hpp"
#include "facts.hpp"
#include "file_bytes.hpp"
#include "npy.hpp"

namespace tenon {
namespace weight_files {
namespace {

constexpr std::string_view suffix = ".npy";

struct close_zip {
  void operator()(zip_t* z) const { zip_discard(z); }
  void operator()(zip_file_t* f) const { zip_fclose(f); }
};
using zip = std::unique_ptr<zip_t, close_zip>;
using zip_member = std::unique_ptr<zip_file_t, close_zip>;

/// A zip error that lives as long as it is looked at.
struct zip_problem {
  zip_error_t error;
  zip_problem() { zip_error_init(&error); }
  ~zip_problem() { zip_error_fini(&error); }
  std::string text() { return zip_error_strerror(&error); }
};

/// One array of the file.
struct member {
  std::string name;  // without .npy
  zip_uint64_t number;
  std::uint64_t size;
  npy_header header;
};

/// A .npz file and what its arrays are.
class archive {
 public:
  archive(std::string_view file, bytes content) : file_(file) {
    zip_problem problem;
    zip_source_t* source = zip_source_buffer_create(content.data(), content.size(), 0, &problem.error);
    if (source != nullptr)
      zip_.reset(zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &problem.error));
    if (!zip_) {
      if (source != nullptr) zip_source_free(source);
      fail(file, "it is not a .npz file: " + problem.text());
    }
    const zip_int64_t count = zip_get_num_entries(zip_.get(), 0);
    for (zip_int64_t i = 0; i < count; ++i) add(static_cast<zip_uint64_t>(i));
  }

  const std::vector<member>& members() const { return members_; }

  /// What there is to say of an array. It is unpacked piece by piece: a small file may hold a large one.
  tensor_facts facts(const member& m, bool ranges) {
    tensor_facts f;
    f.name = m.name;
    f.dtype = m.header.dtype;
    f.shape = m.header.shape;
    f.elements = m.header.count;
    f.bytes = m.size - m.header.bytes;
    if (!ranges || !m.header.is_float()) return f;
    const zip_member data = open(m.name, m.number);
    std::vector<std::byte> piece(std::size_t{1} << 20);
    fetch(m.name, data.get(), piece, m.header.bytes);
    range_finder range(f);
    for (std::uint64_t left = f.bytes; left > 0;) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, piece.size()));
      fetch(m.name, data.get(), piece, count);
      range.add(bytes(piece).first(count));
      left -= count;
    }
    check_end(m.name, data.get());
    range.finish();
    return f;
  }

  /// The elements of an array.
  void read(const member& m, std::vector<float>& to) {
    const zip_member data = open(m.name, m.number);
    std::vector<std::byte> content(m.size);
    fetch(m.name, data.get(), content, content.size());
    check_end(m.name, data.get());
    const std::size_t at = to.size();
    to.resize(at + m.header.count);
    convert_npy(m.header, bytes(content).subspan(m.header.bytes), to.data() + at);
  }

 private:
  [[noreturn]] void broken(const std::string& name) const {
    fail(file_, say("tensor ", in_quotes(name), " cannot be unpacked: its data is broken"));
  }

  zip_member open(const std::string& name, zip_uint64_t number) {
    zip_member data(zip_fopen_index(zip_.get(), number, 0));
    if (!data)
      fail(file_, say("tensor ", in_quotes(name), " cannot be unpacked: ", zip_strerror(zip_.get())));
    return data;
  }

  void fetch(const std::string& name, zip_file_t* data, std::span<std::byte> to, std::size_t count) const {
    for (std::size_t at = 0; at < count;) {
      const zip_int64_t got = zip_fread(data, &to[at], std::min<std::size_t>(count - at, 1 << 30));
      if (got <= 0) broken(name);
      at += static_cast<std::size_t>(got);
    }
  }

  /// Nothing is left; only here the checksum is compared.
  void check_end(const std::string& name, zip_file_t* data) const {
    std::byte more{};
    if (zip_fread(data, &more, 1) != 0) broken(name);
  }

  void add(zip_uint64_t number) {
    zip_stat_t about;
    zip_stat_init(&about);
    if (zip_stat_index(zip_.get(), number, 0, &about) != 0 || !(about.valid & ZIP_STAT_NAME) ||
        !(about.valid & ZIP_STAT_SIZE))
      fail(file_, "it is not a .npz file: its directory is broken");
    std::string name = about.name;
    if (!name.ends_with(suffix)) {
      fail(file_, say("file ", in_quotes(name), " is unexpected: expected names that end with .npy"));
    }
    name.resize(name.size() - suffix.size());
    const zip_member data = open(name, number);
    std::vector<std::byte> beginning(std::min<std::uint64_t>(about.size, npy_prefix_bytes));
    try {
      fetch(name, data.get(), beginning, beginning.size());
      const std::uint64_t begin = npy_data_begin(beginning);
      if (begin > about.size)
        throw npy_problem{
            say("it is truncated: expected a header up to byte ", begin, ", found ", about.size, " bytes")};
      const std::size_t known = beginning.size();
      beginning.resize(std::max<std::size_t>(begin, known));
      fetch(name, data.get(), std::span(beginning).subspan(known), beginning.size() - known);
      members_.push_back({name, number, about.size, parse_npy(beginning, about.size)});
    } catch (const npy_problem& problem) {
      fail(file_, say("tensor ", in_quotes(name), ": ", problem.text));
    }
  }

  std::string_view file_;
  zip zip_;
  std::vector<member> members_;
};

/// Read, once its name and shape are known to be right.
bool is_used(const member& m) { return m.header.is_float() && !m.name.starts_with(test_prefix); }

void read(std::string_view file, bytes content, const request& wanted) {
  archive arrays(file, content);
  directory found;
  std::uint64_t end = 0;
  for (const member& m : arrays.members()) {
    const bool used = is_used(m);
    // As it will be when all is unpacked.
    stored t{used ? "F32" : m.header.dtype, m.header.shape, end, end, m.name};
    if (used) {
      if (m.header.count > std::uint64_t{1} << 40)  // so that no sum overflows
        fail(file, say("tensor ", in_quotes(m.name), " is too large: found shape ", list(m.header.shape)));
      t.end = end += m.header.count * sizeof(float);
    }
    if (!found.tensors.try_emplace(m.name, std::move(t)).second)
      fail(file, say("tensor ", in_quotes(m.name), " is there twice: expected it once"));
  }
  std::vector<float> values;
  read_tensors(file, std::move(found), wanted, [&] {
    for (const member& m : arrays.members())
      if (is_used(m)) arrays.read(m, values);
    return std::as_bytes(std::span(values));
  });
}

}  // namespace

file_facts npz_facts(std::string_view file, bytes content, bool ranges) {
  archive arrays(file, content);
  file_facts facts{".npz", {}, {}};
  for (const member& m : arrays.members()) facts.tensors.push_back(arrays.facts(m, ranges));
  return facts;
}

}  // namespace weight_files

void read_npz(std::span<const std::byte> file, std::string_view source, std::span<const tensor_spec> expected,
              std::span<float> out, const weight_options& options) {
  weight_files::read(source, file, {expected, nullptr, out, options});
}

void read_npz(const std::string& path, std::span<const tensor_spec> expected, std::span<float> out,
              const weight_options& options) {
  const weight_files::file_bytes file = weight_files::open_weights(path);
  weight_files::read(path, file.content(), {expected, nullptr, out, options});
}

void write_npz(const std::string& path, std::span<const tensor_spec> tensors, std::span<const float> values) {
  using namespace weight_files;
  std::vector<std::string> contents;  // must live until the zip is closed
  for (const tensor_spec& spec : tensors) {
    const std::uint64_t count = element_count(spec.shape).value_or(0);
    if (count > values.size()) throw std::invalid_argument("write_npz: too few values");
    contents.push_back(npy_header_for(spec.shape) + f32_text(values.first(count)));
    values = values.subspan(count);
  }
  if (!values.empty()) throw std::invalid_argument("write_npz: too many values");

  int code = 0;
  zip z(zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code));
  if (!z) fail(path, "cannot be written");
  for (std::size_t i = 0; i < contents.size(); ++i) {
    zip_source_t* source = zip_source_buffer(z.get(), contents[i].data(), contents[i].size(), 0);
    const zip_int64_t number = source == nullptr
                                   ? -1
                                   : zip_file_add(z.get(), (tensors[i].name + std::string(suffix)).c_str(),
                                                  source, ZIP_FL_ENC_UTF_8);
    if (number < 0) {
      zip_source_free(source);
      fail(path, say("tensor ", in_quotes(tensors[i].name), " cannot be written: ", zip_strerror(z.get())));
    }
    // Stored as it is; and the first day that a zip file knows, so that files do not differ.
    zip_set_file_compression(z.get(), static_cast<zip_uint64_t>(number), ZIP_CM_STORE, 0);
    zip_file_set_dostime(z.get(), static_cast<zip_uint64_t>(number), 0, 1 << 5 | 1, 0);
  }
  if (zip_close(z.get()) != 0) fail(path, say("cannot be written: ", zip_strerror(z.get())));
  z.release();
}

}  // namespace tenon
