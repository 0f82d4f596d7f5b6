// Documents of keys, and the keys of a set that are left out, for the tests of key_set.
#pragma once

#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/key_set.hpp>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/cases.hpp>
#include <support/mint.hpp>
#include <support/vectors.hpp>

#include <string>
#include <utility>
#include <vector>

namespace latchkey::jose {

namespace json = boost::json;
using testing::ElementsAre;
using testing::IsEmpty;

inline json::object public_jwk_of(const signing_key& key, const std::string& kid) {
  auto jwk = json::parse(key.public_jwk()).as_object();
  jwk["kid"] = kid;
  return jwk;
}

inline std::string document(json::array keys) {
  return json::serialize(json::object{{"keys", std::move(keys)}});
}

// "kid reason" of each skipped key.
inline std::vector<std::string> skipped(const key_set& set) {
  std::vector<std::string> texts;
  for (const auto& one : set.skipped()) {
    texts.push_back(one.kid + ' ' + std::string{reason(one.why)});
  }
  return texts;
}

}  // namespace latchkey::jose
