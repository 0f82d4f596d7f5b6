// The tokens that a soak sends: what the issuer is asked for, what is known of each, and a bounded
// stock of every kind. Not for sending them, nor for judging the answers.
#pragma once

#include "soak/oracle.hpp"

#include <boost/json/object.hpp>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace latchkey::bench::soak {

struct known_token {
  std::string text;
  token_facts facts;
  std::string id;  // the claim jti; empty where it has none
};

// What a token says of itself. Throws std::runtime_error for a text that is no token.
known_token read_token(std::string text, token_kind kind);

// The same token with another signature.
std::string with_another_signature(std::string token);

// What /control/mint is asked for. Nothing for kinds that are made of others.
std::optional<boost::json::object> mint_order(token_kind kind, std::mt19937_64& random);

// A kind, as often as its share says.
token_kind draw_kind(std::mt19937_64& random);

class token_pool {
 public:
  // One of too many pushes the oldest of its kind out.
  void add(known_token one);
  // Nothing where it has none.
  std::shared_ptr<const known_token> draw(token_kind kind, std::mt19937_64& random) const;
  std::size_t count(token_kind kind) const;

 private:
  std::map<token_kind, std::deque<std::shared_ptr<const known_token>>> all_;
};

}  // namespace latchkey::bench::soak
