// F1. Weight files inside the program: where they are found.
#pragma once

#include <cstddef>
#include <span>

namespace tenon {

/// The bytes of the weight file that the build has put into the program for the network M. Defined in the
/// file that includes tenon/embed.hpp: if the linker misses it, the build puts no weights of M into this
/// program.
template <class M>
std::span<const std::byte> embedded_file() noexcept;

}  // namespace tenon
