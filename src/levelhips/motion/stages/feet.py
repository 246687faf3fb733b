"""Foot stage: contacts and toe-offs of running and walking, from the specific force of the pelvis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from levelhips.events import Mode
from levelhips.motion.contacts import FootEvent, RunningContacts, WalkingContacts
from levelhips.motion.kinematics import PelvisKinematics
from levelhips.samples import STANDARD_GRAVITY_MPS2, Array


@dataclass(slots=True)
class _State:
    """Whether to detect walking; not during a run."""

    look_for_walking: bool = True


class FootStage:
    """Stage that runs the contact detectors of running and walking.

    Parameters
    ----------
    rate_hz : float
        Sampling rate [Hz].
    """

    def __init__(self, rate_hz: float) -> None:
        self._running, self._walking, self._state = RunningContacts(rate_hz), WalkingContacts(rate_hz), _State()

    def push(self, t_s: Array, pelvis: PelvisKinematics) -> list[tuple[Mode, FootEvent]]:
        """Return the contacts and toe-offs detected in these samples, in order of detection, each with its gait."""
        east, north, vertical = pelvis.force_mps2
        vertical_g = vertical / STANDARD_GRAVITY_MPS2
        found = [(Mode.RUNNING, event) for event in self._running.push(t_s, vertical_g)]
        if self._state.look_for_walking:
            # Forward is a quarter turn to the left of the mediolateral axis, seen from above.
            forward_g = (north * np.cos(pelvis.heading_rad) - east * np.sin(pelvis.heading_rad)) / STANDARD_GRAVITY_MPS2
            found += [(Mode.WALKING, event) for event in self._walking.push(t_s, vertical_g, forward_g)]
            found.sort(key=lambda gait_and_event: gait_and_event[1].index)  # the sort is stable: at the same sample, running comes first
        return found

    def restart(self) -> None:
        """Forget the present stance, because samples were lost."""
        self._running.restart()
        self._walking.restart()

    def apply_updates(self, *, running: bool) -> None:
        """Detect walking unless a run is established."""
        if not running and not self._state.look_for_walking:
            self._walking.restart()
        self._state.look_for_walking = not running
