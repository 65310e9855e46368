// Nothing of its own: the body that the precompiled header is made with (cmake/rooms.cmake).
