// What has to be known of a provider to configure it, and the [[issuer]] that comes of the answers.
// Pure. Not for asking.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::init {

struct question {
  std::string_view flag;  // "--domain"
  std::string_view ask;   // "The tenant's domain"
  std::string_view example;
  std::string_view standard = {};  // what is taken where nothing is said
  bool optional = false;           // may be left out
  bool several = false;            // may have more than one answer
  std::vector<std::string_view> choices = {};  // empty: any answer
};

// By flag. Those of a question that has no answer are not there.
using answers = std::map<std::string, std::vector<std::string>, std::less<>>;

struct form {
  std::string_view provider;
  std::vector<question> questions;
  bool has_scopes = true;  // its tokens may say what somebody is allowed
  // The text of the [[issuer]], TOML with comments. Each question that is not optional has an
  // answer.
  std::string (*issuer)(const answers&);
};

// Of every provider there is a preset for, and "other", in the order of the documentation.
const std::vector<form>& forms();
// Null where there is none of that name.
const form* find_form(std::string_view provider);
// "cognito, entra, ..."
std::string form_names();

// The questions that have no answer, need one, and have no standard one.
std::vector<question> missing(const form& of, const answers& given);

// `given` with the standard answers, spaces around what was written taken away. Throws
// std::invalid_argument, for people, for a flag that is not asked for, and for two answers where
// there can be one.
answers completed(const form& of, answers given);

// A TOML string, and an array of them.
std::string toml_string(std::string_view text);
std::string toml_list(const std::vector<std::string>& all);

}  // namespace latchkey::init
