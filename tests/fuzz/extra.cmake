# Hostile model files. With clang, tests/fuzz/run is libFuzzer (a project of its own); with any compiler, replay_model replays the corpus
# and mutates it for some seconds. CI runs the first for a minute per kind.
add_executable(replay_model ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/fuzz_model.cpp ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/replay.cpp)
target_link_libraries(replay_model PRIVATE lamella::runner)
set_target_properties(replay_model PROPERTIES ENABLE_EXPORTS ON)
set(fuzz_seconds 10)
foreach(kind pb dp yaml)
  add_test(NAME "fuzz: mutated .${kind} models" COMMAND replay_model ${fuzz_seconds} 1 .${kind} ${CMAKE_CURRENT_SOURCE_DIR}/runner/reference/models ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus)
  set_tests_properties("fuzz: mutated .${kind} models" PROPERTIES TIMEOUT 600 LABELS fuzz)
endforeach()
