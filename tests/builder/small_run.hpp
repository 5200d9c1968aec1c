// A small built folder with a run in it: three layers in a tilted, breathing box; P-S bonds break, an S2 dimer forms, Li walks.
#pragma once
#include <filesystem>
#include <string>

/// Writes stack.extxyz, spec.toml, manifest.json and run/reaction/reaction.lammpstrj into `folder`; frames 100 fs apart.
void write_small_run(const std::filesystem::path& folder, int frames);
/// Runs `lamella WORDS`, returns the exit status; standard output and error end in `output`.
int run_lamella(const std::string& words, std::string* output = nullptr);
