// Pictures as data URIs.
#include "page.hpp"

#ifdef TENON_HAS_PNG
#include <png.h>
#endif

namespace tenon::drawing {

#ifdef TENON_HAS_PNG
namespace {

std::string base64(const std::vector<unsigned char>& bytes) {
  constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    const unsigned group =
        bytes[i] << 16 | (left > 1 ? bytes[i + 1] : 0u) << 8 | (left > 2 ? bytes[i + 2] : 0u);
    out += digits[group >> 18 & 63];
    out += digits[group >> 12 & 63];
    out += left > 1 ? digits[group >> 6 & 63] : '=';
    out += left > 2 ? digits[group & 63] : '=';
  }
  return out;
}

}  // namespace

bool can_draw_pixels() { return true; }

std::string data_uri(const pixel_map& picture) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(picture.width);
  image.height = static_cast<png_uint_32>(picture.height);
  const bool indexed = !picture.palette.empty();
  image.format = indexed ? PNG_FORMAT_RGB_COLORMAP : PNG_FORMAT_RGB;
  image.colormap_entries = static_cast<png_uint_32>(picture.palette.size() / 3);
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::vector<unsigned char> bytes(size);
  const void* palette = indexed ? picture.palette.data() : nullptr;
  const int done =
      png_image_write_to_memory(&image, bytes.data(), &size, 0, picture.values.data(), 0, palette);
  png_image_free(&image);
  if (!done) return {};
  bytes.resize(size);
  return "data:image/png;base64," + base64(bytes);
}
#else
bool can_draw_pixels() { return false; }
std::string data_uri(const pixel_map&) { return {}; }
#endif

}  // namespace tenon::drawing
