# Hostile model files. With clang, fuzz_model is a libFuzzer target (tests/fuzz/run); with any compiler, replay_model replays the
# corpus and mutates it for ten seconds per kind, so that CI without clang covers the readers too.
add_executable(replay_model ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/fuzz_model.cpp ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/replay.cpp)
target_link_libraries(replay_model PRIVATE lamella::runner)
set_target_properties(replay_model PROPERTIES ENABLE_EXPORTS ON)
foreach(kind pb dp yaml)
  add_test(NAME "fuzz: mutated .${kind} models" COMMAND replay_model 10 1 .${kind} ${CMAKE_CURRENT_SOURCE_DIR}/runner/reference/models ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus)
  set_tests_properties("fuzz: mutated .${kind} models" PROPERTIES TIMEOUT 300)
endforeach()

option(LAMELLA_LIBFUZZER "Build the libFuzzer harness (clang)" OFF)
if(LAMELLA_LIBFUZZER)
  add_executable(fuzz_model ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/fuzz_model.cpp)
  target_link_libraries(fuzz_model PRIVATE lamella::runner)
  target_link_options(fuzz_model PRIVATE -fsanitize=fuzzer)
endif()
