// The JSON schema of a configuration, from the description of its keys: conf/latchkey.schema.json.
// Not for reading a configuration; what several keys say together is not in it.
#pragma once

#include <string>

namespace latchkey::app {

// JSON Schema draft-07 with a line break at its end.
std::string config_schema();

}  // namespace latchkey::app
