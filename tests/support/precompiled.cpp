// Exists so that the tests' precompiled header has an owner; not for code.
