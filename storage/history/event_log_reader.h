#pragma once
/// \file
/// EventLog over a connection. Internal to storage/.

#include <string>

#include "storage/history/event_log.h"
#include "storage/sqlite/connection.h"

namespace dg {

class EventLogReader final : public EventLog {
 public:
  /// The connection must outlive this; `thing` names the database in errors.
  EventLogReader(Connection& connection, std::string thing);

  Result<std::string> extractor_options() override;
  Result<Page<History::Transaction>> transactions(const Filter& filter) override;
  Result<std::map<Sequence, Renames>> renames(Sequence first, Sequence last) override;
  Result<std::map<Sequence, std::uint32_t>> impacts(Sequence first, Sequence last) override;
  Result<std::map<AtomId, std::uint32_t>> impacts_in(Sequence sequence) override;
  Result<Page<AtomEntry>> events_of(AtomId atom, const Filter& filter) override;
  Result<Page<FileEntry>> events_at(std::string_view path, const Filter& filter) override;
  Result<bool> knows_file(std::string_view path) override;
  Result<std::vector<Event>> events_in(Sequence sequence, std::size_t limit) override;
  Result<std::vector<TouchedFile>> files_in(Sequence sequence, std::size_t limit) override;
  Result<std::optional<FilePlaces>> places_in(Sequence sequence, FileId file) override;
  Result<std::shared_ptr<const FileFacts>> facts(const ContentHash& hash,
                                                 Language language) override;
  Result<std::vector<AtomRow>> find_atoms(std::string_view text) override;
  Result<AtomName> name_at(AtomId atom, Sequence sequence) override;

 private:
  Connection& connection_;
  std::string thing_;
  Statement naming_, current_name_;
};

}  // namespace dg
