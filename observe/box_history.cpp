#include "observe/box_history.hpp"

namespace lamella {

BoxState box_state(const Cell& now, const Cell& first) {
  const Mat3 f = (first.rows().inverse() * now.rows()).transpose();
  const Mat3 e = 0.5 * (f + f.transpose()) - Mat3::Identity();
  BoxState state;
  state.parameters = now.parameters();
  state.volume = now.volume();
  state.strain << e(0, 0), e(1, 1), e(2, 2), e(1, 2), e(0, 2), e(0, 1);
  return state;
}

}  // namespace lamella
