// Answers of an upstream on their way to the client: whatever is taken for an answer is written as
// exactly one, with the same body and nothing that means the upstream's connection.
#include <latchkey/edge/answer_fields.hpp>
#include <latchkey/edge/errc.hpp>
#include <latchkey/edge/field_names.hpp>
#include <latchkey/http/fields.hpp>
#include <latchkey/http1/chunk_frame.hpp>
#include <latchkey/http1/response_reader.hpp>
#include <latchkey/http1/response_writer.hpp>

#include <fuzz/require.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using latchkey::fuzz::require;
namespace edge = latchkey::edge;
namespace http = latchkey::http;
namespace http1 = latchkey::http1;

namespace {

using event = http1::response_reader::event;

// How the request came.
struct asked {
  bool head = false;
  bool upgrade = false;
  bool old_client = false;  // HTTP/1.0
  bool streamed = false;    // the body is passed on before it is whole
};

struct interim_answer {
  http::response answer;
};

struct taken_answer {
  std::vector<interim_answer> interims;
  std::optional<edge::passed_answer> passed;
  std::vector<std::string> hop_names;  // what Connection names
  http1::body_framing framing = http1::body_framing::none;
  std::uint64_t length = 0;
  bool upgraded = false;
  std::string body;
  bool whole = false;
};

std::vector<std::string> connection_names(const http1::response_head& head) {
  constexpr std::size_t as_many_as_are_read = 32;
  std::vector<std::string> names;
  for (const auto& field : head.fields) {
    if (!http::same_name(field.name, "connection")) continue;
    for (auto rest = field.value; !rest.empty() && names.size() < as_many_as_are_read;) {
      names.emplace_back(http::take_element(rest));
    }
  }
  return names;
}

bool take_head(const http1::response_head& head, const asked& by, taken_answer& to) {
  auto passed = edge::pass_answer(head, by.upgrade ? "websocket" : "");
  if (passed.has_error()) {
    require(passed.error() == edge::errc::unexpected_upgrade, "a head that is read is passed on");
    return false;
  }
  to.passed = std::move(*passed);
  to.hop_names = connection_names(head);
  to.framing = head.body;
  to.length = head.content_length;
  to.upgraded = head.kind == http1::response_kind::upgraded;
  return true;
}

// Nothing where it is refused or cut off.
std::optional<taken_answer> take(std::string_view bytes, const asked& by, std::size_t piece) {
  taken_answer made;
  http1::response_reader reader{{}, {.head = by.head, .connect = false, .upgrade = by.upgrade}};
  std::string pending;
  for (;;) {
    const auto step = reader.next(pending);
    if (step.has_error()) return std::nullopt;
    if (step->what == event::interim && reader.head().status != 100) {
      auto passed = edge::pass_answer(reader.head(), {});
      require(passed.has_value(), "an interim head is passed on");
      made.interims.push_back({std::move(passed->answer)});
    }
    if (step->what == event::head && !take_head(reader.head(), by, made)) return std::nullopt;
    made.body.append(step->data);
    pending.erase(0, step->consumed);
    if (step->what == event::end) break;
    if (step->what != event::more) continue;
    if (bytes.empty()) {
      if (reader.finish(http1::connection_end::clean).has_error()) return std::nullopt;
      break;
    }
    const auto size = std::min(piece, bytes.size());
    pending.append(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return made;
}

void append_body(std::string& out, std::string_view body, bool chunked) {
  if (!chunked) {
    out.append(body);
    return;
  }
  http1::chunk_buffer<61> piece;
  while (!body.empty()) {
    const auto size = std::min(body.size(), piece.size());
    std::copy_n(body.data(), size, piece.data());
    out.append(piece.framed(size));
    body.remove_prefix(size);
  }
  out.append("0\r\n\r\n");
}

// As the session does.
std::string write(const taken_answer& given, const asked& by) {
  std::string out;
  for (const auto& one : given.interims) {
    if (!by.old_client) http1::append_interim(out, one.answer);
  }
  const auto& answer = given.passed->answer;
  http1::response_framing framing;
  framing.old_client = by.old_client;
  framing.upgrade = given.upgraded;
  const bool bodiless = by.head || http1::has_no_body(answer.code());
  if (given.upgraded) {
    http1::append_head(out, answer, framing, "D");
    return out;
  }
  if (given.framing == http1::body_framing::none) {
    framing.length = given.passed->told_length;
  } else if (!by.streamed) {
    framing.length = given.body.size();
  } else if (given.framing == http1::body_framing::length) {
    framing.length = given.length;
  }
  framing.chunked = !framing.length && !by.old_client;
  framing.keep_alive = framing.length || framing.chunked;
  http1::append_head(out, answer, framing, "D");
  if (!bodiless) append_body(out, given.body, framing.chunked);
  return out;
}

bool is_ours(std::string_view name, bool upgraded) {
  return name == "date" || name == "content-length" || name == "transfer-encoding" ||
         name == "connection" || (upgraded && name == "upgrade");
}

void check_fields(const http1::response_head& read, const taken_answer& given) {
  for (const char* name :
       {"date", "content-length", "transfer-encoding", "connection", "upgrade"}) {
    const auto times = std::count_if(read.fields.begin(), read.fields.end(),
                                     [name](const auto& one) { return one.name == name; });
    require(times <= 1, "what the session writes is there once");
  }
  std::vector<std::pair<std::string_view, std::string_view>> theirs;
  for (const auto& field : read.fields) {
    if (is_ours(field.name, given.upgraded)) continue;
    require(!edge::is_kept_from_clients(field.name), "what means one connection stays here");
    for (const auto& hop : given.hop_names) {
      require(!http::same_name(hop, field.name), "and so does what Connection names");
    }
    theirs.emplace_back(field.name, field.value);
  }
  std::vector<std::pair<std::string_view, std::string_view>> passed;
  for (const auto& field : given.passed->answer.fields()) {
    if (!is_ours(field.name, given.upgraded)) passed.emplace_back(field.name, field.value);
  }
  require(theirs == passed, "all else goes on as it is");
}

void check_read(std::string bytes, const taken_answer& given, const asked& by) {
  http1::response_limits roomy;
  roomy.head = {bytes.size() + 1, bytes.size() + 1, bytes.size() + 1};
  http1::response_reader reader{roomy, {.head = by.head, .connect = false, .upgrade = by.upgrade}};
  std::span<char> left{bytes};
  std::size_t interims = 0;
  std::string body;
  for (;;) {
    auto step = reader.next(left);
    require(step.has_value(), "what is written is read by a strict client");
    left = left.subspan(step->consumed);
    body.append(step->data);
    if (step->what == event::interim) {
      require(interims < given.interims.size(), "no more interim answers than there were");
      const auto& one = given.interims[interims++].answer;
      require(reader.head().status == static_cast<unsigned>(one.code()), "in their order");
      for (const auto& field : reader.head().fields) {
        require(!edge::is_kept_from_clients(field.name), "interim answers tell of no connection");
      }
    }
    if (step->what == event::head) {
      const auto& head = reader.head();
      require(head.status == static_cast<unsigned>(given.passed->answer.code()), "the status");
      require((head.kind == http1::response_kind::upgraded) == given.upgraded, "and its meaning");
      const bool ends_by_close = head.body == http1::body_framing::until_close;
      require(!ends_by_close || (by.old_client && !head.keep_alive),
              "only to HTTP/1.0 the end of the connection is that of the body");
      check_fields(head, given);
    }
    if (step->what == event::more) {
      require(left.empty(), "all of it is looked at");
      step = reader.finish(http1::connection_end::clean);
      require(step.has_value(), "it is whole");
    }
    if (step->what == event::end) break;
  }
  require(left.empty(), "nothing stands behind the one answer");
  require(interims == (by.old_client ? 0 : given.interims.size()), "every interim answer came");
  require(body == (by.head ? std::string{} : given.body), "with the same body");
}

}  // namespace

// The first byte says how the request came, the second how large the upstream's pieces are.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data) + 2, size - 2};
  const asked by{(data[0] & 1U) != 0, (data[0] & 2U) != 0, (data[0] & 4U) != 0,
                 (data[0] & 8U) != 0};
  const std::size_t piece = data[1] == 0 ? text.size() + 1 : data[1];
  const auto given = take(text, by, piece);
  if (!given || !given->passed) return 0;
  check_read(write(*given, by), *given, by);
  return 0;
}
