# Helpers that make one library a room, one program a process, one test program a room's tests.

add_library(lambent_settings INTERFACE)
target_include_directories(lambent_settings INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(lambent_settings INTERFACE -Wall -Wextra -Werror -Wpedantic -Wshadow
    -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Wno-psabi
    # GCC 12 sees these in its own std::string and in coroutine frames when it optimises.
    -Wno-stringop-overread -Wno-stringop-overflow -Wno-restrict -Wno-maybe-uninitialized
    -Wno-mismatched-new-delete -Wno-array-bounds)
target_compile_definitions(lambent_settings INTERFACE
    BOOST_ASIO_NO_DEPRECATED BOOST_PROCESS_USE_STD_FS BOOST_ALL_NO_LIB
    BOOST_ERROR_CODE_HEADER_ONLY)
if(LAMBENT_SANITIZE)
    target_compile_options(lambent_settings INTERFACE -fsanitize=${LAMBENT_SANITIZE}
        -fno-omit-frame-pointer -fno-sanitize-recover=all
        # What GCC 12 says of instrumented coroutines and variants by mistake; the plain builds keep
        # these warnings.
        -Wno-maybe-uninitialized -Wno-mismatched-new-delete -Wno-stringop-overread)
    target_link_options(lambent_settings INTERFACE -fsanitize=${LAMBENT_SANITIZE})
    if(LAMBENT_SANITIZE MATCHES address)
        # A quarter of the time to compile, for what AddressSanitizer finds as well (and for
        # alignment, which these processors do not ask for).
        target_compile_options(lambent_settings INTERFACE
            -fno-sanitize=null,alignment,object-size,vptr,nonnull-attribute,returns-nonnull-attribute)
    endif()
    if(LAMBENT_SANITIZE MATCHES thread)
        # ThreadSanitizer does not understand fences; asio's stand beside its mutexes.
        target_compile_definitions(lambent_settings INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
        target_sources(lambent_settings INTERFACE
            $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:${CMAKE_SOURCE_DIR}/cmake/thread_sanitizer.cpp>)
    endif()
endif()

# What nearly every body includes, parsed once. Bodies still include what they use: the tidy preset
# builds without it.
add_library(lambent_precompiled STATIC ${CMAKE_SOURCE_DIR}/cmake/precompiled.cpp
    ${CMAKE_SOURCE_DIR}/cmake/json_templates.cpp)
target_link_libraries(lambent_precompiled PUBLIC lambent_settings Boost::headers Threads::Threads
    nlohmann_json::nlohmann_json)
target_precompile_headers(lambent_precompiled PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled.h)

# lambent_add_room(NAME SOURCES … PUBLIC … PRIVATE …)
# A static library lambent_NAME. PUBLIC names what its headers show, PRIVATE what only its bodies use.
function(lambent_add_room name)
    cmake_parse_arguments(ROOM "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
    set(target lambent_${name})
    add_library(${target} STATIC ${ROOM_SOURCES})
    target_link_libraries(${target} PUBLIC lambent_settings ${ROOM_PUBLIC}
        PRIVATE ${ROOM_PRIVATE} lambent_precompiled)
    target_precompile_headers(${target} REUSE_FROM lambent_precompiled)
    if(LAMBENT_TOGETHER)
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 20)
        target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
    endif()
endfunction()

# lambent_add_tests(NAME SOURCES … LIBRARIES … LABEL unit)
# A Catch2 program NAME_tests, each case a ctest test.
function(lambent_add_tests name)
    cmake_parse_arguments(TESTS "" "LABEL" "SOURCES;LIBRARIES" ${ARGN})
    set(target ${name}_tests)
    add_executable(${target} ${TESTS_SOURCES})
    target_link_libraries(${target} PRIVATE lambent_test_support ${TESTS_LIBRARIES})
    target_compile_options(${target} PRIVATE -O0)
    target_precompile_headers(${target} REUSE_FROM lambent_test_precompiled)
    if(LAMBENT_TOGETHER)
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
        target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
    endif()
    add_test(NAME ${name} COMMAND ${target})
    set_tests_properties(${name} PROPERTIES LABELS "${TESTS_LABEL}" TIMEOUT 300)
    if(NOT TESTS_LABEL STREQUAL unit)  # cells and disks are the whole machine's
        set_tests_properties(${name} PROPERTIES RUN_SERIAL ON
            SKIP_REGULAR_EXPRESSION "SKIPPED: cells can be built by root only")
    endif()
endfunction()
