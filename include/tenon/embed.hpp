// Puts a weight file into the program, as it is: the assembler reads it, the compiler never does. In a file
// of its own, which tenon-embed (Meson) and tenon_embed (CMake) write:
//
//   struct LeNet5;  // a declaration is enough
//   #define TENON_MODEL LeNet5
//   #define TENON_WEIGHTS "/home/me/lenet5.safetensors"  // an absolute path, or one that -Wa,-I... leads to
//   #include <tenon/embed.hpp>
//
// tenon::load_embedded<LeNet5>() reads it. If -flto takes
// its two parts apart (the linker misses tenon_weights_begin), this file is compiled with -fno-lto.
#if !defined(TENON_MODEL) || !defined(TENON_WEIGHTS)
#error "tenon: define TENON_MODEL and TENON_WEIGHTS before including tenon/embed.hpp"
#endif
#if !defined(__GNUC__)
#error "tenon: weights are put into a program by the assembler of GCC or Clang"
#endif

#include <cstdint>

#include "tenon/embedded.hpp"

// clang-format off
#if defined(__APPLE__)
#define TENON_EMBED_SECTION ".section __TEXT,__const\n"
#define TENON_EMBED_END ".text\n"
#elif defined(_WIN32)
#define TENON_EMBED_SECTION ".section .rdata,\"dr\"\n"
#define TENON_EMBED_END ".text\n"
#else
#define TENON_EMBED_SECTION ".pushsection .rodata.tenon_weights,\"a\",%progbits\n"
#define TENON_EMBED_END ".popsection\n"
#endif
// The names are no other file's business.
asm(TENON_EMBED_SECTION
    ".balign 64\n"
    "tenon_weights_begin:\n"
    ".incbin \"" TENON_WEIGHTS "\"\n"
    "tenon_weights_end:\n"
    ".byte 0\n"
    TENON_EMBED_END);
// clang-format on
#undef TENON_EMBED_SECTION
#undef TENON_EMBED_END

namespace tenon {
namespace detail {

[[gnu::visibility("hidden")]] extern const std::byte weights_begin[] asm("tenon_weights_begin");
[[gnu::visibility("hidden")]] extern const std::byte weights_end[] asm("tenon_weights_end");

}  // namespace detail

/// The file of the network that TENON_MODEL names.
template <>
std::span<const std::byte> embedded_file<TENON_MODEL>() noexcept {
  // As numbers: to the compiler these are two arrays, whose distance means nothing.
  const auto begin = reinterpret_cast<std::uintptr_t>(detail::weights_begin);
  return {detail::weights_begin, reinterpret_cast<std::uintptr_t>(detail::weights_end) - begin};
}

}  // namespace tenon
