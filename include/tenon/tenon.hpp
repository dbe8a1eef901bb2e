// tenon: convolutional networks as C++ types. This header has what a program needs to state, load and run a
// network, and is light: it never includes the kernels. One file of a program defines each network with
// tenon/instantiate.hpp. Executors, profiles, reports, .npz files and ONNX have headers of their own.
#pragma once

#include "tenon/describe.hpp"
#include "tenon/load.hpp"
#include "tenon/npy.hpp"
#include "tenon/properties.hpp"
