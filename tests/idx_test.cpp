// The reader of IDX files: what it accepts, and the sentence it has for everything else.
#include "idx.hpp"

#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "catch.hpp"

namespace {

using bytes = std::vector<std::uint8_t>;

bytes header(std::uint8_t type, std::vector<std::uint32_t> extents) {
  bytes file{0, 0, type, static_cast<std::uint8_t>(extents.size())};
  for (const std::uint32_t extent : extents)
    for (const int shift : {24, 16, 8, 0}) file.push_back(static_cast<std::uint8_t>(extent >> shift));
  return file;
}

bytes operator+(bytes front, const bytes& back) {
  front.insert(front.end(), back.begin(), back.end());
  return front;
}

/// `count` images, pixel p of image n being n + p modulo 256.
bytes images(std::uint32_t count) {
  bytes file = header(0x08, {count, 28, 28});
  for (std::size_t n = 0; n < count; ++n)
    for (std::size_t p = 0; p < idx::pixels; ++p) file.push_back(static_cast<std::uint8_t>(n + p));
  return file;
}

bytes labels(const bytes& values) {
  return header(0x08, {static_cast<std::uint32_t>(values.size())}) + values;
}

bytes without_last(bytes file, std::size_t count) {
  file.resize(file.size() - count);
  return file;
}

std::string problem(const std::function<void()>& read) {
  try {
    read();
  } catch (const idx::error& wrong) {
    return wrong.what();
  }
  return "none";
}
std::string images_problem(const bytes& file) {
  return problem([&] { idx::parse_images(file, "f"); });
}
std::string labels_problem(const bytes& file) {
  return problem([&] { idx::parse_labels(file, "f"); });
}

/// A folder that is gone at the end of the test.
class folder {
 public:
  folder() {
    std::string name = (std::filesystem::temp_directory_path() / "idx-test-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~folder() { std::filesystem::remove_all(path_); }
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;

  std::string path(const std::string& name) const { return (path_ / name).string(); }
  std::string plain(const std::string& name, const bytes& data) const {
    std::ofstream(path(name), std::ios::binary)
        .write(reinterpret_cast<const char*>(data.data()), static_cast<std::streamsize>(data.size()));
    return path(name);
  }
  std::string packed(const std::string& name, const bytes& data) const {
    const gzFile file = gzopen(path(name).c_str(), "wb");
    REQUIRE(gzwrite(file, data.data(), static_cast<unsigned>(data.size())) == static_cast<int>(data.size()));
    REQUIRE(gzclose(file) == Z_OK);
    return path(name);
  }
  bytes content(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return bytes(std::istreambuf_iterator<char>(file), {});
  }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("IDX: images and labels come out as they are in the file") {
  const bytes pixels = idx::parse_images(images(3), "f");
  REQUIRE(pixels.size() == 3 * idx::pixels);
  CHECK(pixels[0] == 0);
  CHECK(pixels[2 * idx::pixels + 5] == 7);
  CHECK(idx::parse_labels(labels({9, 0, 5}), "f") == bytes{9, 0, 5});
}

TEST_CASE("IDX: each broken header has its sentence") {
  CHECK(images_problem({}) == "f: the file is empty");
  CHECK(images_problem({0, 0, 8}) == "f: not an IDX file");
  CHECK(images_problem({'P', 'K', 3, 4, 0, 0, 0, 0}) == "f: not an IDX file");
  CHECK(images_problem(header(0x0d, {1, 28, 28})) ==
        "f: the elements have IDX type 0x0d, expected 0x08 (unsigned bytes)");
  CHECK(images_problem(labels({1})) == "f: holds labels where images are expected");
  CHECK(labels_problem(images(1)) == "f: holds images where labels are expected");
  CHECK(images_problem(header(0x08, {1, 28})) == "f: has 2 dimensions, expected 3");
  CHECK(images_problem(header(0x08, std::vector<std::uint32_t>(200, 1))) ==
        "f: has 200 dimensions, expected 3");
  CHECK(images_problem(without_last(header(0x08, {1, 28, 28}), 1)) == "f: ends within its header");
  CHECK(images_problem(header(0x08, {1, 32, 28})) == "f: the images are 32x28 pixels, expected 28x28");
  CHECK(images_problem(header(0x08, {0, 28, 28})) == "f: holds no elements");
}

TEST_CASE("IDX: the count in the header must be the count of the data") {
  CHECK(images_problem(without_last(images(3), 1)) ==
        "f: truncated: the header promises 3 elements, there are only 2");
  CHECK(images_problem(images(3) + bytes{0}) == "f: has bytes behind the 3 elements its header promises");
  CHECK(labels_problem(without_last(labels({1, 2}), 2)) ==
        "f: truncated: the header promises 2 elements, there are only 0");
  CHECK(labels_problem(labels({1, 2}) + bytes{3}) ==
        "f: has bytes behind the 2 elements its header promises");
}

TEST_CASE("IDX: an absurd count costs no memory") {
  CHECK(images_problem(header(0x08, {0xffffffff, 28, 28})) ==
        "f: claims 4294967295 elements, more than this program reads");
  CHECK(labels_problem(header(0x08, {0x40000000})) ==
        "f: truncated: the header promises 1073741824 elements, there are only 0");
}

TEST_CASE("IDX: a label must be a class") {
  CHECK(labels_problem(labels({0, 9, 10, 11})) == "f: label 2 is 10, expected 0 to 9");
}

TEST_CASE("IDX: files may be plain or compressed") {
  const folder temporary;
  const std::string image_file = temporary.packed("images.gz", images(2));
  const std::string label_file = temporary.plain("labels", labels({4, 7}));
  const idx::dataset data = idx::read(image_file, label_file);
  REQUIRE(data.size() == 2);
  CHECK(data.label(1) == 7);
  CHECK(data.picture(1)[0] == 1);
  CHECK(data.picture(1).size() == idx::pixels);
}

TEST_CASE("IDX: a file that cannot be read has its sentence") {
  const folder temporary;
  const std::string absent = temporary.path("absent"), directory = temporary.path(".");
  CHECK(problem([&] { idx::read_images(absent); }) ==
        absent + ": cannot be opened: No such file or directory");
  CHECK(problem([&] { idx::read_images(directory); }) == directory + ": cannot be read: Is a directory");
}

TEST_CASE("IDX: damaged compressed data are found") {
  const folder temporary;
  temporary.packed("whole", images(2));
  const bytes whole = temporary.content("whole");

  const std::string cut = temporary.plain("cut", without_last(whole, 20));
  CHECK(problem([&] { idx::read_images(cut); }) == cut + ": truncated: the compressed data end too early");

  bytes changed = whole;
  changed[changed.size() - 8] ^= 1;  // the check sum: four bytes before the length
  const std::string wrong = temporary.plain("wrong", changed);
  CHECK(problem([&] { idx::read_images(wrong); }) == wrong + ": the compressed data are damaged");
}

TEST_CASE("IDX: there must be a label for each image") {
  const folder temporary;
  const std::string image_file = temporary.plain("images", images(2));
  const std::string label_file = temporary.plain("labels", labels({1, 2, 3}));
  CHECK(problem([&] { idx::read(image_file, label_file); }) ==
        label_file + ": 3 labels do not fit the 2 images of " + image_file);
}
