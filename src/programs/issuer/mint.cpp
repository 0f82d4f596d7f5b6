#include "issuer/mint.hpp"

#include <latchkey/jose/json.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <stdexcept>
#include <utility>

namespace latchkey::issuer {
namespace {

namespace json = boost::json;

std::int64_t seconds_of(core::wall_time time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

// Reads one member into the order; throws std::invalid_argument where it has the wrong type.
class reader {
 public:
  explicit reader(const json::value& member) : member_{member} {}

  void into(std::string& out) const {
    if (!member_.is_string()) throw std::invalid_argument{"must be a string"};
    out = std::string{member_.get_string()};
  }
  void into(std::chrono::seconds& out) const {
    constexpr std::int64_t century = 100LL * 366 * 24 * 3600;
    const auto* whole = member_.if_int64();
    if (whole == nullptr || *whole > century || *whole < -century) {
      throw std::invalid_argument{"must be a whole number of seconds, within a century"};
    }
    out = std::chrono::seconds{*whole};
  }
  void into(std::optional<std::chrono::seconds>& out) const { into(out.emplace()); }
  void into(std::size_t& out) const {
    constexpr std::int64_t most = 10'000;
    const auto* whole = member_.if_int64();
    if (whole == nullptr || *whole < 1 || *whole > most) {
      throw std::invalid_argument{"must be a whole number from 1 to 10000"};
    }
    out = static_cast<std::size_t>(*whole);
  }
  void into(bool& out) const {
    if (!member_.is_bool()) throw std::invalid_argument{"must be true or false"};
    out = member_.get_bool();
  }
  void into(json::object& out) const {
    if (!member_.is_object()) throw std::invalid_argument{"must be an object"};
    out = member_.get_object();
  }
  void into(std::vector<std::string>& out) const {
    if (!member_.is_array()) throw std::invalid_argument{"must be a list of strings"};
    for (const auto& one : member_.get_array()) reader{one}.into(out.emplace_back());
  }

 private:
  const json::value& member_;
};

void read_member(std::string_view name, const json::value& member, mint_options& options) {
  const reader from{member};
  if (name == "issuer") return from.into(options.issuer);
  if (name == "subject") return from.into(options.subject);
  if (name == "audience") return from.into(options.audience);
  if (name == "scope") return from.into(options.scope);
  if (name == "client_id") return from.into(options.client_id);
  if (name == "expires_in") return from.into(options.expires_in);
  if (name == "not_before") return from.into(options.not_before);
  if (name == "claims") return from.into(options.claims);
  if (name == "without") return from.into(options.without);
  if (name == "header") return from.into(options.header);
  if (name == "count") return from.into(options.count);
  if (name == "kids") return from.into(options.own_kids);
  throw std::invalid_argument{"is not known"};
}

}  // namespace

std::string claims_of(const mint_options& options, core::wall_time now) {
  const auto issued = seconds_of(now);
  json::object claims{{"iss", options.issuer},
                      {"sub", options.subject},
                      {"aud", options.audience},
                      {"iat", issued},
                      {"exp", issued + options.expires_in.count()},
                      {"scope", options.scope},
                      {"client_id", options.client_id}};
  if (options.not_before) claims["nbf"] = issued + options.not_before->count();
  for (const auto& one : options.claims) claims[one.key()] = one.value();
  for (const auto& name : options.without) claims.stable_erase(name);
  return json::serialize(claims);
}

std::string mint(const mint_options& options, const jose::signing_key& key, core::wall_time now) {
  json::object header{{"alg", jose::name_of(key.signs_by())}, {"typ", "JWT"}, {"kid", key.kid()}};
  for (const auto& one : options.header) header[one.key()] = one.value();
  return key.sign(json::serialize(header), claims_of(options, now));
}

std::string mint_numbered(const mint_options& options, std::size_t number, std::string_view mark,
                          const jose::signing_key& key, core::wall_time now) {
  auto one = options;
  const auto name = std::to_string(number) + '-' + std::string{mark};
  one.claims["jti"] = name;
  if (one.own_kids) one.header["kid"] = "unknown-" + name;
  return mint(one, key, now);
}

std::optional<mint_options> parse_mint_options(std::string_view text, mint_options defaults,
                                               std::string& why) {
  const auto parsed = jose::parse_json(text);
  if (!parsed || !parsed->is_object()) {
    why = "the body must be one JSON object";
    return std::nullopt;
  }
  for (const auto& one : parsed->get_object()) {
    const std::string name{one.key()};
    try {
      read_member(name, one.value(), defaults);
    } catch (const std::invalid_argument& wrong) {
      why = '"' + name + "\" " + wrong.what();
      return std::nullopt;
    }
  }
  return defaults;
}

}  // namespace latchkey::issuer
