#include "run/tokens.hpp"

#include "common/text_file.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <issuer/control_client.hpp>
#include <issuer/key_file.hpp>
#include <issuer/mint.hpp>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace latchkey::bench::run {
namespace {

namespace json = boost::json;

constexpr std::uint64_t at_once = 500;    // of one request to an issuer, which signs about 1,400/s
constexpr std::uint64_t max_wrong = 256;  // tokens of a kind that is to be refused
constexpr std::string_view mark = "load";
constexpr std::size_t max_token = 64 * 1024;
constexpr std::size_t max_file = std::size_t{1} << 30;

json::object mint_request_of(const token_options& asked, const std::string& kind) {
  json::object request;
  if (!asked.issuer.empty()) request["issuer"] = asked.issuer;
  if (!asked.audience.empty()) request["audience"] = asked.audience;
  if (!asked.scope.empty()) request["scope"] = asked.scope;
  if (kind == "expired") request["expires_in"] = -3600;
  if (kind == "scope") request["scope"] = "of-nothing";
  if (kind == "audience") request["audience"] = "somebody-else";
  if (kind == "kid") request["kids"] = true;
  return request;
}

// Throws unless it may go on; from time to time.
void ask_to_go_on(const go_on& goes_on, const std::string& kind, std::uint64_t done,
                  std::uint64_t count) {
  if (!goes_on(fmt::format("tokens: {}, {} of {}", kind, done, count))) throw stopped_before{};
}

std::vector<std::string> minted(const token_options& asked, const std::string& kind,
                                std::uint64_t count, const go_on& goes_on) {
  auto request = mint_request_of(asked, kind);
  std::vector<std::string> all;
  while (all.size() < count) {
    ask_to_go_on(goes_on, kind, all.size(), count);
    const auto before = all.size();
    request["count"] = std::min(at_once, count - before);
    auto lines = split_lines(
        issuer::post_control(asked.mint_from, "/control/mint", json::serialize(request)));
    all.insert(all.end(), std::move_iterator{lines.begin()}, std::move_iterator{lines.end()});
    if (all.size() == before) throw std::runtime_error{"the issuer made no token"};
  }
  return all;
}

std::vector<std::string> signed_here(const token_options& asked, const std::string& kind,
                                     std::uint64_t count, const core::clock& clock,
                                     const go_on& goes_on) {
  auto request = mint_request_of(asked, kind);
  const auto key = issuer::read_key(asked.key, asked.kid);
  request["count"] = 1;
  std::string why;
  auto wanted = issuer::parse_mint_options(json::serialize(request), {}, why);
  if (!wanted) throw std::runtime_error{why};
  std::vector<std::string> all;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i % at_once == 0) ask_to_go_on(goes_on, kind, i, count);
    all.push_back(issuer::mint_numbered(*wanted, i, mark, key, clock.wall()));
  }
  return all;
}

std::string expected_of(const std::string& kind, const load_options& asked) {
  if (const auto given = asked.expect_of.find(kind); given != asked.expect_of.end()) {
    return given->second.text();
  }
  if (kind == "valid" || kind == "any") return asked.expect ? asked.expect->text() : "2xx";
  if (kind == "scope") return "403";
  return "401";
}

}  // namespace

token_list read_tokens(const std::string& file) {
  auto all = split_lines(read_text_file(file, max_file));
  if (all.empty()) throw std::runtime_error{file + ": has no token"};
  for (const auto& one : all) {
    const bool plain =
        std::all_of(one.begin(), one.end(), [](char c) { return c > ' ' && c != '\x7f'; });
    if (!plain || one.size() > max_token) {
      throw std::runtime_error{file + ": a line is no token" +
                               (plain ? ": it has more than 64 KiB" : "")};
    }
  }
  return std::make_shared<const std::vector<std::string>>(std::move(all));
}

std::string mint_request(const token_options& asked, const std::string& kind, std::uint64_t count) {
  auto request = mint_request_of(asked, kind);
  request["count"] = count;
  return json::serialize(request);
}

token_list make_tokens(const token_options& asked, const std::string& kind, std::uint64_t count,
                       const core::clock& clock, const go_on& goes_on) {
  if (kind == "garbage") {
    return std::make_shared<const std::vector<std::string>>(1, "this.is.nonsense");
  }
  if (kind != "valid") count = std::min(count, max_wrong);
  return std::make_shared<const std::vector<std::string>>(
      asked.key.empty() ? minted(asked, kind, count, goes_on)
                        : signed_here(asked, kind, count, clock, goes_on));
}

std::vector<token_kind> make_kinds(const load_options& asked, const core::clock& clock,
                                   const go_on& goes_on) {
  auto mix = asked.mix;
  const auto from = asked.tokens.from;
  if (mix.empty()) mix.push_back({from == token_options::source::none ? "any" : "valid", 1});
  std::vector<token_kind> kinds;
  for (const auto& [kind, share] : mix) {
    token_kind made{kind, share, expectation{expected_of(kind, asked)}, false, nullptr};
    made.with_token = kind != "missing" && kind != "any";
    if (made.with_token) {
      made.tokens = from == token_options::source::file
                        ? read_tokens(asked.tokens.file)
                        : make_tokens(asked.tokens, kind, asked.tokens.count, clock, goes_on);
    }
    kinds.push_back(std::move(made));
  }
  return kinds;
}

}  // namespace latchkey::bench::run
