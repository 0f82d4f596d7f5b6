// Rules, keys and the outcome of verify as the tests of the verifier have it.
#pragma once

#include "signature_path.hpp"

#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/verifier.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>
#include <support/mint.hpp>
#include <support/vectors.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace latchkey::jose {

namespace json = boost::json;

constexpr core::wall_time now{std::chrono::seconds{1'795'434'824}};
const claim_rules rules{"https://idp.example/", {"account"}, "aud", std::chrono::seconds{0}};
const header_rules rs256{};

inline std::shared_ptr<const key_set> keys() {
  static const auto set = key_set::parse(support::jwks());
  return *set;
}

inline std::string code(const core::error_code& error) {
  return std::string{reason(error)};
}

inline std::string outcome(const core::result<core::principal>& checked) {
  return checked ? "accepted" : code(checked.error());
}

inline std::string judge(const std::string& token, const header_rules& header = rs256) {
  return outcome(verify(token, *keys(), rules, header, now));
}

}  // namespace latchkey::jose
