// Nothing of its own: the body that the tests' precompiled header is made with.
