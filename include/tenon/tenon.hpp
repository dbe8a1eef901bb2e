// tenon: convolutional networks as C++ types. This header declares everything and is light: it never includes
// the kernels. One file of a program defines each network with tenon/instantiate.hpp.
#pragma once

#include "tenon/describe.hpp"
#include "tenon/load.hpp"
#include "tenon/npy.hpp"
#include "tenon/properties.hpp"
