// Whether the server would accept a token now, and which routes it opens, in words for people.
// Pure. Not for the verdict, which is jose::verify's.
#pragma once

#include "finding.hpp"

#include <latchkey/app/config.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/jose/key_set.hpp>

#include <memory>
#include <string_view>
#include <vector>

namespace latchkey::doctor {

// `keys` are those of the issuers, in their order; null where they could not be had. No part of the
// token's signature is shown.
findings judge_token(std::string_view token, const app::config& loaded,
                     const std::vector<std::shared_ptr<const jose::key_set>>& keys,
                     core::wall_time now);

}  // namespace latchkey::doctor
