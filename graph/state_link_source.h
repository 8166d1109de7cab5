#pragma once
/// \file
/// The project as the linker sees it: a LinkSource over a GraphState that nobody writes meanwhile.
/// Internal to graph/. Any number of threads.

#include <mutex>
#include <string>
#include <unordered_map>

#include "graph/graph_state.h"
#include "graph/link/linker.h"

namespace dg {

class StateLinkSource final : public LinkSource {
 public:
  explicit StateLinkSource(const GraphState& state) : state_(state) {}

  File file_at(std::string_view path) const override;
  const ModuleConfigs& configs() const override { return state_.configs; }
  std::vector<AtomId> members_named(std::string_view name, std::size_t limit) const override;
  std::vector<File> files_about(std::uint64_t topic) const override;

 private:
  std::vector<AtomId> find_members(std::string_view name, std::size_t limit) const;
  std::vector<File> find_files(std::uint64_t topic) const;

  bool is_listed(const AtomRef& atom, std::string_view name) const;

  const GraphState& state_;
  struct Answer {
    std::size_t limit = 0;
    std::vector<AtomId> members;
  };
  mutable std::mutex mutex_;
  /// Answers, since many files ask for the same names. Guarded by mutex_.
  mutable std::unordered_map<std::string, Answer> answers_;
  mutable std::unordered_map<std::uint64_t, std::vector<File>> about_;  ///< Likewise, by topic.
};

}  // namespace dg
