#include "daemon/watch/remote_fs.h"

#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace dg {
namespace {

struct Kind {
  std::uint32_t magic;
  std::string_view name;
};

/// Magic numbers of statfs(2). virtiofs shows itself as FUSE.
constexpr std::array kRemote = std::to_array<Kind>({{0x6969, "nfs"},
                                                    {0x517b, "smb"},
                                                    {0xff534d42, "cifs"},
                                                    {0xfe534d42, "smb2"},
                                                    {0x01021997, "9p"},
                                                    {0x65735546, "fuse"},
                                                    {0x5346414f, "afs"},
                                                    {0x00c36400, "ceph"},
                                                    {0x73757245, "coda"},
                                                    {0x786f4256, "vboxsf"},
                                                    {0xbacbacbc, "vmhgfs"},
                                                    {0x564c, "ncp"}});

}  // namespace

std::string_view remote_kind(const std::filesystem::path& folder) noexcept {
  struct statfs info {};
  if (::statfs(folder.c_str(), &info) != 0) return {};
  const auto magic = static_cast<std::uint32_t>(info.f_type);
  const auto* const it = std::find_if(kRemote.begin(), kRemote.end(),
                                      [&](const Kind& kind) { return kind.magic == magic; });
  return it == kRemote.end() ? std::string_view() : it->name;
}

}  // namespace dg
