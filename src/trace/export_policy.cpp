#include <latchkey/trace/export_policy.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <charconv>

namespace latchkey::trace {
namespace {

namespace json = boost::json;

bool may_pass(unsigned status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

// An int64 of JSON Protobuf: a string of digits, or a number.
std::uint64_t read_count(const json::value& from) {
  if (const auto* number = from.if_int64()) {
    return *number > 0 ? static_cast<std::uint64_t>(*number) : 0;
  }
  if (const auto* number = from.if_uint64()) return *number;
  const auto* text = from.if_string();
  std::uint64_t count = 0;
  if (text == nullptr) return 0;
  const auto* last = text->data() + text->size();
  const auto [rest, failure] = std::from_chars(text->data(), last, count);
  return failure == std::errc{} && rest == last ? count : 0;
}

// How many spans an ExportTraceServiceResponse says were not taken; an answer that cannot be read
// says nothing.
std::uint64_t rejected_by(const std::string& body) {
  boost::system::error_code failed;
  const auto answer = json::parse(body, failed);
  const auto* object = failed ? nullptr : answer.if_object();
  const auto* partial = object == nullptr ? nullptr : object->if_contains("partialSuccess");
  const auto* inner = partial == nullptr ? nullptr : partial->if_object();
  const auto* count = inner == nullptr ? nullptr : inner->if_contains("rejectedSpans");
  return count == nullptr ? 0 : read_count(*count);
}

}  // namespace

std::string_view to_string(export_fault value) {
  switch (value) {
    case export_fault::none:
      break;
    case export_fault::unreachable:
      return "unreachable";
    case export_fault::timeout:
      return "timeout";
    case export_fault::busy:
      return "busy";
    case export_fault::refused:
      return "refused";
    case export_fault::partly:
      return "partly";
  }
  return "none";
}

export_verdict judge(const export_answer& answer, std::size_t spans) {
  if (answer.error && answer.unreadable) return {export_fault::refused, false, spans};
  if (answer.error) {
    return {answer.timed_out ? export_fault::timeout : export_fault::unreachable, true};
  }
  if (may_pass(answer.status)) return {export_fault::busy, true};
  if (answer.status / 100 != 2) return {export_fault::refused, false, spans};
  const auto rejected = std::min<std::uint64_t>(rejected_by(answer.body), spans);
  return {rejected == 0 ? export_fault::none : export_fault::partly, false, rejected};
}

std::chrono::milliseconds wait_after(unsigned attempt, std::chrono::seconds asked, double chance) {
  constexpr std::chrono::milliseconds longest{60'000};
  constexpr std::chrono::milliseconds first{1'000};
  constexpr unsigned most_doublings = 6;
  const auto doubled = first * (1U << std::min(attempt - 1, most_doublings));
  const auto less = 1 - std::clamp(chance, 0.0, 1.0) / 2;
  const std::chrono::milliseconds own{
      static_cast<std::int64_t>(static_cast<double>(doubled.count()) * less)};
  return std::min(longest,
                  std::max<std::chrono::milliseconds>(
                      own, std::min<std::chrono::seconds>(asked, std::chrono::seconds{60})));
}

}  // namespace latchkey::trace
