// Maximum-weight perfect matching by LEMON: full graph, fractional start.
// Usage: lemon_driver FILE   FILE: int64 n, then n*n int64 weights, row by row.
// Prints the CPU seconds of the solve (graph building apart), then the mate of every node.
#include <lemon/full_graph.h>
#include <lemon/matching.h>

#include <cstdint>
#include <ctime>
#include <fstream>
#include <iostream>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: lemon_driver FILE\n";
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  std::int64_t n = 0;
  file.read(reinterpret_cast<char*>(&n), sizeof n);
  std::vector<std::int64_t> weights(static_cast<std::size_t>(n) * n);
  file.read(reinterpret_cast<char*>(weights.data()), weights.size() * sizeof(std::int64_t));
  if (!file) {
    std::cerr << "lemon_driver: " << argv[1] << " is too short\n";
    return 2;
  }

  using Graph = lemon::FullGraph;
  using Weight = Graph::EdgeMap<std::int64_t>;
  const Graph graph(static_cast<int>(n));
  Weight weight(graph);
  for (Graph::EdgeIt e(graph); e != lemon::INVALID; ++e)
    weight[e] = weights[static_cast<std::size_t>(graph.index(graph.u(e))) * n +
                        graph.index(graph.v(e))];

  const std::clock_t start = std::clock();
  lemon::MaxWeightedPerfectMatching<Graph, Weight> solver(graph, weight);
  solver.fractionalInit();
  if (!solver.start()) {
    std::cerr << "lemon_driver: no perfect matching\n";
    return 1;
  }
  std::cout << double(std::clock() - start) / CLOCKS_PER_SEC << '\n';
  for (Graph::NodeIt v(graph); v != lemon::INVALID; ++v)
    std::cout << graph.index(v) << ' ' << graph.index(solver.mate(v)) << '\n';
}
