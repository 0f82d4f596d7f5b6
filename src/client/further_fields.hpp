// The fields that a client sends beside its own: whether they can be sent, to whom, and with which
// value. Not for the fields that the client sets itself.
#pragma once

#include <latchkey/client/https_client.hpp>
#include <latchkey/core/result.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::client {

using sent_fields = std::vector<std::pair<std::string, std::string>>;

// Throws std::invalid_argument, without repeating the value, for what is no field, and for those
// that the client sets itself.
void check_fields(const std::vector<further_field>& fields);

// Whether that is a URL of one of the origins (scheme, host, port) of those URLs; with none listed,
// every one is meant.
bool is_among(std::string_view url, const std::vector<std::string>& origins);

// What is sent to `url`, which http::parse_url takes. Reads the files: errc::field_file for one
// that cannot be read, is no regular file or larger than 16 KiB, or holds no value of a field.
core::result<sent_fields> fields_for(std::string_view url,
                                     const std::vector<further_field>& fields);

}  // namespace latchkey::client
