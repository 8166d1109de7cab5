#include "daemon/requests/point.h"

#include <algorithm>
#include <ctime>
#include <limits>
#include <optional>

#include "storage/clock.h"
#include "storage/store.h"

namespace dg {

const char* const kPointForms =
    "a sequence (12), a time (2026-11-21T12:00, with Z or +02:00), a day (2026-11-21, yesterday) "
    "or an age (2h ago)";

namespace {

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string quoted(std::string_view text) {
  return "'" + std::string(text.substr(0, 80)) + "'";
}

Error refused(std::string_view text, std::string reason, std::string cure = {}) {
  if (cure.empty()) cure = std::string("Give ") + kPointForms;
  return {ErrorKind::usage, quoted(text), std::move(reason), std::move(cure)};
}

/// Reads from the front of a text; what does not fit takes nothing.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  bool at_end() const { return text_.empty(); }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void blanks() {
    while (take(' ')) {
    }
  }
  /// A number of `least` to `most` digits.
  std::optional<std::int64_t> number(std::size_t least, std::size_t most) {
    std::size_t n = 0;
    std::int64_t value = 0;
    while (n < text_.size() && n < most && is_digit(text_[n]))
      value = value * 10 + text_[n++] - '0';
    if (n < least) return std::nullopt;
    text_.remove_prefix(n);
    return value;
  }
  std::string_view word() {
    std::size_t n = 0;
    while (n < text_.size() && is_letter(text_[n])) ++n;
    const std::string_view taken = text_.substr(0, n);
    text_.remove_prefix(n);
    return taken;
  }

 private:
  std::string_view text_;
};

std::optional<std::int64_t> unit_ms(std::string_view unit) {
  struct Unit {
    std::string_view name;
    std::int64_t ms;
  };
  static constexpr Unit kUnits[] = {
      {"s", kSecond},       {"sec", kSecond},     {"secs", kSecond},  {"second", kSecond},
      {"seconds", kSecond}, {"m", kMinute},       {"min", kMinute},   {"mins", kMinute},
      {"minute", kMinute},  {"minutes", kMinute}, {"h", kHour},       {"hour", kHour},
      {"hours", kHour},     {"d", kDay},          {"day", kDay},      {"days", kDay},
      {"w", 7 * kDay},      {"week", 7 * kDay},   {"weeks", 7 * kDay}};
  for (const Unit& each : kUnits) {
    if (each.name == unit) return each.ms;
  }
  return std::nullopt;
}

/// `1h30m`, `2 days ago`: how long before now. Nothing for another form.
std::optional<std::int64_t> age_ms(std::string_view text) {
  Scanner in(text);
  std::int64_t total = 0;
  for (int parts = 0; !in.at_end(); ++parts) {
    const std::optional<std::int64_t> count = in.number(1, 7);
    if (!count) {
      if (parts == 0 || in.word() != "ago" || !in.at_end()) return std::nullopt;
      return total;
    }
    in.blanks();
    const std::optional<std::int64_t> unit = unit_ms(in.word());
    if (!unit) return std::nullopt;
    total += *count * *unit;
    in.blanks();
  }
  return total;
}

/// A calendar time as written, before it has a zone.
struct Civil {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0;
};

std::tm tm_of(const Civil& civil) {
  std::tm time{};
  time.tm_year = civil.year - 1900;
  time.tm_mon = civil.month - 1;
  time.tm_mday = civil.day;
  time.tm_hour = civil.hour;
  time.tm_min = civil.minute;
  time.tm_sec = civil.second;
  return time;
}

bool same_moment(const std::tm& a, const std::tm& b) {
  return a.tm_year == b.tm_year && a.tm_mon == b.tm_mon && a.tm_mday == b.tm_mday &&
         a.tm_hour == b.tm_hour && a.tm_min == b.tm_min && a.tm_sec == b.tm_sec;
}

/// The moments at which the local clock shows this, one or two; none where it jumps over it.
std::vector<std::int64_t> local_moments(const Civil& civil) {
  std::vector<std::int64_t> moments;
  for (const int summer : {0, 1}) {
    std::tm time = tm_of(civil);
    time.tm_isdst = summer;
    const std::time_t seconds = std::mktime(&time);
    std::tm shown{};
    if (localtime_r(&seconds, &shown) == nullptr || !same_moment(shown, tm_of(civil))) continue;
    const std::int64_t ms = std::int64_t{seconds} * 1000 + civil.ms;
    if (std::find(moments.begin(), moments.end(), ms) == moments.end()) moments.push_back(ms);
  }
  return moments;
}

/// The first moment of a local day, even where it does not begin at 00:00.
std::int64_t day_begin(const std::tm& day) {
  std::tm time{};
  time.tm_year = day.tm_year;
  time.tm_mon = day.tm_mon;
  time.tm_mday = day.tm_mday;
  time.tm_isdst = -1;
  return std::int64_t{std::mktime(&time)} * 1000;
}

std::int64_t day_begin(std::int64_t now_ms, int days_back) {
  const std::time_t seconds = static_cast<std::time_t>(now_ms / 1000);
  std::tm now{};
  localtime_r(&seconds, &now);
  now.tm_mday -= days_back;
  return day_begin(now);
}

bool looks_like_a_date(std::string_view text) {
  return text.size() >= 8 && std::all_of(text.begin(), text.begin() + 4, is_digit) &&
         text[4] == '-' && is_digit(text[5]) && is_digit(text[6]) && text[7] == '-';
}

bool is_date(const Civil& civil) {
  const std::tm wanted = tm_of(civil);
  std::tm time = wanted;
  const std::time_t seconds = timegm(&time);
  std::tm shown{};
  return gmtime_r(&seconds, &shown) != nullptr && same_moment(shown, wanted);
}

/// Hours, minutes, seconds and their fraction. False for what is no time of day.
bool read_clock(Scanner& in, Civil& civil) {
  const auto hour = in.number(2, 2);
  if (!hour || !in.take(':')) return false;
  const auto minute = in.number(2, 2);
  if (!minute) return false;
  civil.hour = static_cast<int>(*hour);
  civil.minute = static_cast<int>(*minute);
  if (!in.take(':')) return true;
  const auto second = in.number(2, 2);
  if (!second) return false;
  civil.second = static_cast<int>(*second);
  if (!in.take('.')) return true;
  int scale = 100;
  bool any = false;
  for (std::optional<std::int64_t> digit; (digit = in.number(1, 1)); scale /= 10) {
    civil.ms += static_cast<int>(*digit) * scale;
    any = true;
  }
  return any;
}

/// `Z` or `+02:00` or `+0200`, in ms east of Greenwich. False for anything else.
bool read_zone(Scanner& in, std::optional<std::int64_t>& east) {
  if (in.take('Z') || in.take('z')) {
    east = 0;
    return in.at_end();
  }
  const bool minus = in.take('-');
  if (!minus && !in.take('+')) return in.at_end();
  const auto hours = in.number(2, 2);
  in.take(':');
  const auto minutes = in.number(2, 2);
  if (!hours || !minutes || *hours > 14 || *minutes > 59) return false;
  east = (minus ? -1 : 1) * (*hours * kHour + *minutes * kMinute);
  return in.at_end();
}

Result<Instant> calendar_time(std::string_view text) {
  Scanner in(text);
  Civil civil;
  civil.year = static_cast<int>(in.number(4, 4).value_or(0));
  in.take('-');
  civil.month = static_cast<int>(in.number(2, 2).value_or(0));
  in.take('-');
  civil.day = static_cast<int>(in.number(2, 2).value_or(0));
  if (!is_date(civil)) return refused(text, "is no day of the calendar");
  if (in.at_end()) return Instant{day_begin(tm_of(civil))};
  std::optional<std::int64_t> east;
  if (!(in.take('T') || in.take('t') || in.take(' ')) || !read_clock(in, civil)) {
    return refused(text, "begins as a day and goes on as no time of day");
  }
  in.blanks();
  if (!is_date(civil)) return refused(text, "is no time of day");
  if (!read_zone(in, east)) return refused(text, "ends with no time zone");
  if (east) {
    std::tm time = tm_of(civil);
    return Instant{std::int64_t{timegm(&time)} * 1000 + civil.ms - *east};
  }
  const std::vector<std::int64_t> moments = local_moments(civil);
  if (moments.size() == 1) return Instant{moments.front()};
  return refused(text,
                 moments.empty() ? "is skipped by the clock of the local time zone"
                                 : "is shown twice by the clock of the local time zone",
                 "Say which is meant, with Z or an offset as +02:00");
}

/// What git-check-ref-format(1) and gitrevisions(7) allow, without the forms that name no commit.
bool may_be_revision(std::string_view text) {
  const auto allowed = [](char c) {
    return is_digit(c) || is_letter(c) ||
           std::string_view("._/@{}^~-+").find(c) != std::string::npos;
  };
  return text.size() <= 250 && text.front() != '-' && text.find("..") == std::string::npos &&
         std::all_of(text.begin(), text.end(), allowed);
}

/// `1234d` is an age in days, and as likely the beginning of a commit's id.
bool may_be_commit_id(std::string_view text) {
  return text.size() >= 5 && std::all_of(text.begin(), text.end(), [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'f');
         });
}

/// In the form that we write: 8-4-4-4-12 hexadecimal digits, small letters.
bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = is_digit(text[i]) || (text[i] >= 'a' && text[i] <= 'f');
    if (dash ? text[i] != '-' : !hex) return false;
  }
  return true;
}

Result<Sequence> read_sequence(std::string_view text, std::string_view digits) {
  const bool all = !digits.empty() && std::all_of(digits.begin(), digits.end(), is_digit);
  if (!all) return refused(text, "'#' is not followed by a number");
  if (digits.size() > 18) return refused(text, "is too large for a sequence");
  std::uint64_t value = 0;
  for (const char c : digits) value = value * 10 + static_cast<std::uint64_t>(c - '0');
  return Sequence{value};
}

std::string trimmed_lower(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

Error none_there(std::string_view text, std::string reason, const History::Extent& extent) {
  std::string cure = "There is no commit yet.";
  if (raw(extent.last) > 0) {
    cure = "History goes from #" + std::to_string(raw(extent.first)) + " (" +
           utc_text(extent.first_ms) + ") to #" + std::to_string(raw(extent.last)) + " (" +
           utc_text(extent.last_ms) + ")" +
           (extent.compacted ? "; older commits were compacted." : ".");
  }
  return {ErrorKind::not_found, quoted(text), std::move(reason), std::move(cure)};
}

Result<Sequence> checked(const Point& point, Sequence sequence, const History::Extent& extent) {
  const bool empty_project = raw(sequence) == 0 && !extent.compacted;
  if (sequence > extent.last) return none_there(point.text, "lies beyond the last commit", extent);
  if (sequence < extent.first && !empty_project) {
    return none_there(point.text, "lies before the first commit that is known", extent);
  }
  return sequence;
}

/// The commit itself, and not one of the same number in another history.
Result<Sequence> checked_replica(const Point& point, Sequence sequence, History& history) {
  const auto commit = history.transactions(sequence, sequence, false, 1);
  if (!commit) return commit.error();
  if (!commit->empty() && commit->front().replica == point.replica) return sequence;
  return Error{ErrorKind::not_found, quoted(std::string_view(point.text)),
               "is of another database: this one was restored, set aside or begun anew since",
               "Take the whole state anew ('deltagraph export') and go on from its sequence"};
}

Result<Sequence> at_instant(const Point& point, Instant instant, History& history,
                            const History::Extent& extent, std::vector<std::string>& notes) {
  // What comes after now has no commit, whatever the times of those that are there.
  const std::int64_t now_ms = unix_ms();
  if (raw(extent.last) != 0 && instant.ms >= now_ms) return extent.last;
  const Result<History::Moment> moment = history.at_time(instant.ms, now_ms);
  if (!moment) return moment.error();
  if (raw(moment->at) == 0)
    return none_there(point.text, "lies before the first commit that is known", extent);
  if (moment->later != 0) {
    const bool one = moment->later == 1;
    notes.push_back("The clock was set back before #" + std::to_string(raw(moment->at)) + ": " +
                    std::to_string(moment->later) +
                    (one ? " earlier commit has" : " earlier commits have") +
                    " a later time than " + quoted(std::string_view(point.text)) + " and " +
                    (one ? "counts" : "count") + " as made by then. Give a sequence to be exact.");
  }
  return moment->at;
}

}  // namespace

Result<Point> parse_point(std::string_view typed, std::int64_t now_ms) {
  const std::string text = trimmed(typed);
  const std::string lower = trimmed_lower(typed);
  if (text.empty()) return refused(typed, "names no point in time");
  if (const std::size_t at = text.find('@');
      at != std::string::npos && is_uuid(std::string_view(text).substr(at + 1)) &&
      std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), is_digit)) {
    const Result<Sequence> sequence = read_sequence(text, std::string_view(text).substr(0, at));
    if (!sequence) return sequence.error();
    return Point{text, *sequence, text.substr(at + 1)};
  }
  if (text.front() == '#') {
    const Result<Sequence> sequence = read_sequence(text, std::string_view(text).substr(1));
    if (!sequence) return sequence.error();
    return Point{text, *sequence, {}};
  }
  if (std::all_of(text.begin(), text.end(), is_digit)) {
    const Result<Sequence> sequence = read_sequence(text, text);
    if (!sequence) return sequence.error();
    return Point{text, *sequence, {}};
  }
  if (looks_like_a_date(text)) {
    const Result<Instant> instant = calendar_time(text);
    if (!instant) return instant.error();
    return Point{text, *instant, {}};
  }
  if (lower == "now") return Point{text, Instant{now_ms}, {}};
  if (lower == "today") return Point{text, Instant{day_begin(now_ms, 0)}, {}};
  if (lower == "yesterday") return Point{text, Instant{day_begin(now_ms, 1)}, {}};
  if (const std::optional<std::int64_t> age = age_ms(lower)) {
    if (may_be_commit_id(text)) {
      return refused(text, "may be an age in days or the id of a commit",
                     "Write '" + text.substr(0, text.size() - 1) + " days ago', or more of the id");
    }
    return Point{text, Instant{now_ms - *age}, {}};
  }
  if (may_be_revision(text)) return Point{text, Revision{text}, {}};
  return refused(text, "is no point in time");
}

std::string absolute_point(std::string_view text, std::int64_t now_ms) {
  const Result<Point> point = parse_point(text, now_ms);
  const Instant* const instant = point ? std::get_if<Instant>(&point->meaning) : nullptr;
  if (instant == nullptr || instant->ms < 0) return std::string(text);
  std::string utc = utc_text(instant->ms);
  utc.pop_back();
  const std::string ms = std::to_string(1000 + instant->ms % 1000);
  return utc + "." + ms.substr(1) + "Z";
}

Result<Sequence> sequence_at(const Point& point, History& history,
                             std::vector<std::string>& notes) {
  const Result<History::Extent> extent = history.extent();
  if (!extent) return extent.error();
  if (const auto* sequence = std::get_if<Sequence>(&point.meaning)) {
    if (!point.replica.empty()) return checked_replica(point, *sequence, history);
    return checked(point, *sequence, *extent);
  }
  if (const auto* instant = std::get_if<Instant>(&point.meaning)) {
    return at_instant(point, *instant, history, *extent, notes);
  }
  return refused(point.text, "is no sequence and no time");
}

Result<Sequence> sequence_at(std::string_view text, History& history,
                             std::vector<std::string>& notes) {
  const Result<Point> point = parse_point(text, unix_ms());
  if (!point) return point.error();
  return sequence_at(*point, history, notes);
}

namespace {

/// The first commit behind `after` that the log has; nothing where there is none.
Result<std::optional<Sequence>> next_commit(Sequence after, const History::Extent& extent,
                                            History& history) {
  const auto next = history.transactions(Sequence{raw(after) + 1}, extent.last, false, 1);
  if (!next) return next.error();
  if (next->empty()) return std::optional<Sequence>();
  return std::optional(next->front().sequence);
}

/// Whether all that is said anew after a loss was said by then: a repair is one `reconcile`.
Result<bool> made_good(const LogLoss& loss, Sequence sequence, History& history) {
  constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
  const auto commits =
      history.transactions(Sequence{raw(loss.sequence) + 1}, sequence, false, kAll);
  if (!commits) return commits.error();
  return std::any_of(commits->begin(), commits->end(), [](const History::Transaction& each) {
    return each.cause == to_string(Cause::reconcile);
  });
}

std::string number_text(Sequence sequence) {
  return "#" + std::to_string(raw(sequence));
}

}  // namespace

Result<> check_told(const Point& point, Sequence sequence, History& history,
                    std::vector<std::string>& notes) {
  const Result<std::vector<LogLoss>> losses = history.losses();
  if (!losses) return losses.error();
  if (losses->empty()) return Ok{};
  const Result<History::Extent> extent = history.extent();
  if (!extent) return extent.error();
  const auto itself = history.transactions(sequence, sequence, false, 1);
  if (!itself) return itself.error();
  const Result<std::optional<Sequence>> next = next_commit(sequence, *extent, history);
  if (!next) return next.error();
  if (itself->empty() && raw(sequence) != 0 && *next) {
    const auto before = history.transactions(Sequence{1}, sequence, true, 1);
    if (!before) return before.error();
    const std::string former =
        before->empty() ? std::string() : number_text(before->front().sequence) + " or ";
    return Error{ErrorKind::not_found, quoted(std::string_view(point.text)),
                 "is a commit that the log has lost",
                 "Ask for " + former + number_text(**next) +
                     ", between which there is nothing; 'deltagraph validate' names what is lost"};
  }
  const bool by_time = std::holds_alternative<Instant>(point.meaning);
  if (by_time && *next && raw(**next) != raw(sequence) + 1) {
    notes.push_back("The log has lost the commits between " + number_text(sequence) + " and " +
                    number_text(**next) + ": " + quoted(std::string_view(point.text)) +
                    " is answered as of " + number_text(sequence) + ".");
  }
  for (const LogLoss& loss : *losses) {
    if (loss.sequence > sequence) continue;
    const Result<bool> good = made_good(loss, sequence, history);
    if (!good) return good.error();
    if (*good) continue;
    notes.push_back("The log lacks " + loss.what + ": what is told as of " + number_text(sequence) +
                    " may not be what was.");
  }
  return Ok{};
}

std::string utc_text(std::int64_t unix_ms) {
  const std::time_t seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm time{};
  gmtime_r(&seconds, &time);
  char text[32];
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &time));
}

}  // namespace dg
