# `cpack -G DEB` in the build folder: lamella_VERSION_ARCH.deb, and lamella-dev with headers, libraries and the CMake package.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME lamella)
set(CPACK_PACKAGE_VENDOR lamella)
set(CPACK_PACKAGE_CONTACT "lamella developers <lamella@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "solid-solid interface stacks under a Deep Potential")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_HOMEPAGE "https://doi.org/10.1002/adfm.202402993")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME lamella)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)  # every library by the package that holds it, by dpkg-shlibdeps
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "lammps, ovito")
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION
  "Builds stacks of crystals and amorphous layers (LiCoO2, LiF, Li6PS5Cl and any other)\nfrom one specification, runs them in an embedded LAMMPS under a Deep Potential\nand analyses the trajectories. Writes inputs for VASP, DeePMD-kit and DP-GEN.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME lamella-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_COMPONENT_DEVELOPMENT_DEPENDS program)
# What cmake/dependencies.cmake looks for; the list of scripts/packages without the tools.
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "cmake, pkg-config, libeigen3-dev, libcgal-dev, libfmt-dev, libboost-program-options-dev, libtomlplusplus-dev, nlohmann-json3-dev, gemmi-dev, libsymspg-dev, liblammps-dev, mpi-default-dev, libhdf5-dev, libprotobuf-dev, protobuf-compiler, libyaml-cpp-dev, libssl-dev, zlib1g-dev, libpng-dev, libnetcdf-dev")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "Static libraries, headers and the CMake package of lamella: find_package(lamella).")
include(CPack)
