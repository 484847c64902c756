// The only file that knows nanobind: spans in, values out.
#include <nanobind/nanobind.h>

namespace nb = nanobind;

NB_MODULE(_kernel, m) {
  m.doc() = "Compiled kernel of pairwise: arrays in, arrays out, no people.";
  m.def(
      "version", [] { return PAIRWISE_VERSION; },
      "Return the version of pairwise that this kernel was built from.");
}
