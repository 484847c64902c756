#pragma once

#include <nanobind/nanobind.h>

namespace pairwise::bind {

void bind_elementwise(nanobind::module_& m);

}  // namespace pairwise::bind
